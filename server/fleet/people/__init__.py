"""The people of the services: who may book what, who takes over from whom leaves."""
