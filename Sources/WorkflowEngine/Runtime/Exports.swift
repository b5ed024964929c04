// One import is all an author needs: ids, options, failures and policies live on the floors below.
@_exported import WorkflowCore
@_exported import WorkflowStore
