"""The words of the fleet as frozen values, shared by the store, the gateway and the pages.

Units stand in the names: `_s` is a Unix instant in UTC seconds, `_m` metres, `_e7` degrees
times ten million. Never here: rules, SQL, the wire format, local time.
"""
