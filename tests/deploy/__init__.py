"""The deployment and its package, against an AWS emulator: `make deploy-local`, in an environment of its own.

What the emulator does otherwise than AWS is made good in workarounds/, each with its reason, and nowhere else.
"""
