"""An A7670 modem: AT commands in, answers and real TCP connections out."""
