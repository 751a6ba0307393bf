"""The ports that strangers reach: who is let in, who is shown out when there are too many.

    addresses.py    which network an address is counted in
    crowd.py        who is shown out: fair between networks
    descriptors.py  how many connections each port may hold
    door.py         listens and accepts
    http.py         a connection of the web port, and its deadlines

Never here: what is said on a connection (server/gateway, server/web).
"""
