import unittest

from parcels.price import TooHeavy, parcel_price


class ParcelPrice(unittest.TestCase):
    def test_inside_a_band(self):
        self.assertEqual(parcel_price(750, "home"), 490)

    def test_upper_weight_belongs_to_its_band(self):
        self.assertEqual(parcel_price(1000, "near"), 980)

    def test_above_the_last_band(self):
        with self.assertRaises(TooHeavy):
            parcel_price(10001, "home")


if __name__ == "__main__":
    unittest.main()
