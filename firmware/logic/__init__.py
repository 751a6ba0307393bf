"""Pure decisions of the box: no machine, network, asyncio or clock; `now_ms` is an argument."""
