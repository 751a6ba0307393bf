"""The wire between a box and the server: the same files on MicroPython and CPython.

Sans-io: nothing here opens a socket, reads a clock or logs. SPEC.md is the written contract.
"""
