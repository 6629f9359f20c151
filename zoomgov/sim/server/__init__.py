"""The simulator over HTTP, and the operations that change it at run time."""
