"""The deployment and its package, against an AWS emulator: `make deploy-local`, in an environment of its own.

Only workarounds/ corrects the differences between the emulator and AWS, each with its reason.
"""
