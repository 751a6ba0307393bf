"""Thin drivers: one peripheral each, bytes in, values out. They decide nothing."""
