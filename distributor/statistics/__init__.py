"""Exact tests, limits, shrinkage, control charts, decompositions and forecasts, for all branches at once.

Every function takes numbers or arrays that broadcast and returns arrays (zero-dimensional for plain numbers). Where
there is nothing to say (no exposure, nothing expected, a figure that is missing), the value is nan: never infinity,
never an error.
"""
