#ifndef POWER_CUT_VFS_H
#define POWER_CUT_VFS_H

#include <stdint.h>

/// Makes every SQLite file of this process lose, when the process is killed, what it has not flushed: a power cut.
///
/// Writes stay in memory until the file's `xSync`; then they reach the file below, which is all that outlives the process.
/// As a disk may also write early and in any order, each write reaches the file at once with `early_percent` in 100, whole
/// or its first sectors only. Call once, before the first database is opened. One process may have a file open at a time.
///
/// Returns an SQLite result code.
int power_cut_install(uint64_t seed, int early_percent);

#endif
