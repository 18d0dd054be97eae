"""A T-shirt shop of our own: it draws its shirts and serves them on loopback.

Each shirt knows what it shows (`ShirtSpec`), so that similarity can be measured against the truth.
Nothing here imports Django.
"""
