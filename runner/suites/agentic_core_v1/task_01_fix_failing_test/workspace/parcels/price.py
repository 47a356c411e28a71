from parcels.tariff import BANDS, ZONE_FACTORS


class TooHeavy(Exception):
    pass


def band_price(weight_g):
    """Return the price of a parcel's band in cents.

    A band holds every weight up to and including its upper weight.
    Raises TooHeavy above the last band, ValueError for a weight of zero or less.
    """
    if weight_g <= 0:
        raise ValueError(f"weight must be above zero, not {weight_g}")
    for upper, price in BANDS:
        if weight_g < upper:
            return price
    raise TooHeavy(f"{weight_g} g")


def parcel_price(weight_g, zone):
    """Return what a parcel costs in cents: the price of its band times its zone's factor."""
    return band_price(weight_g) * ZONE_FACTORS[zone]
