from desk.registry import step


@step("intake", order=10)
def read_amount(amount, event, settings):
    return event["amount"]


@step("discount", order=20)
def take_discount(amount, event, settings):
    return amount * 9 // 10


@step("duty", order=40)
def add_duty(amount, event, settings):
    return amount + amount * settings["duty_percent"] // 100


@step("rounding", order=90)
def round_down(amount, event, settings):
    return amount - amount % settings["round_to"]
