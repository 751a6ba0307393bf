"""Where cars drive: maps, drives, recorded logs. Pure; knows no clock and no box."""
