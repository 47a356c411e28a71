"""The tariff: upper weight of each band in grams, and its price in cents."""

BANDS = [
    (500, 390),
    (1000, 490),
    (2000, 640),
    (5000, 890),
    (10000, 1290),
]

ZONE_FACTORS = {"home": 1, "near": 2, "far": 3}
