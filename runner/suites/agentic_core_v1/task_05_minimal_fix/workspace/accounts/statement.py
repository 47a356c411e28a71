"""Statements of an account. A booking is {'day': 'YYYY-MM-DD', 'cents': int, 'text': str}."""
import calendar
from datetime import date, timedelta

QUARTERS = { 1:(1,3), 2:(4,6), 3:(7,9), 4:(10,12) }


def as_day( text ):
    return date.fromisoformat( text )


def month_span( year, month ):
    """Return the first day of a month and the first day that no longer belongs to it."""
    last = calendar.monthrange( year, month )[1]
    return date( year, month, 1 ), date( year, month, last )


def quarter_span( year, quarter ):
    """Return the first day of a quarter and the first day that no longer belongs to it."""
    first, last = QUARTERS[quarter]
    return month_span( year, first )[0], month_span( year, last )[1]


def within( bookings, span ):
    """Return the bookings from the span's first day up to, but not including, its second."""
    start, stop = span
    return [ b for b in bookings if start <= as_day( b['day'] ) < stop ]


def week_span( day ):
    """Return the Monday of a day's week and the Monday after it."""
    monday = as_day( day ) - timedelta( days = as_day( day ).weekday() )
    return monday, monday + timedelta( days = 7 )


def monthly_statement( bookings, year, month ):
    """Return how many bookings a month has, and their sum in cents."""
    found = within( bookings, month_span( year, month ) )
    return { 'count': len( found ), 'cents': sum( b['cents'] for b in found ) }


def quarterly_statement( bookings, year, quarter ):
    """Return how many bookings a quarter has, and their sum in cents."""
    found = within( bookings, quarter_span( year, quarter ) )
    return { 'count': len( found ), 'cents': sum( b['cents'] for b in found ) }


def weekly_statement( bookings, day ):
    """Return how many bookings the week of a day has, and their sum in cents."""
    found = within( bookings, week_span( day ) )
    return { 'count': len( found ), 'cents': sum( b['cents'] for b in found ) }
