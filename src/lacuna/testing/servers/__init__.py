"""Servers on the loopback interface that speak the protocol of a back end, or break it on command."""
