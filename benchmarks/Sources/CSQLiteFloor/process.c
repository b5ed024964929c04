#include "CSQLiteFloor.h"
#include <malloc.h>

void process_give_back_memory(void) { malloc_trim(0); }
