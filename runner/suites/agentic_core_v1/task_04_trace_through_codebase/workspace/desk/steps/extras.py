from desk.registry import only_for, step


@step("handling", order=30)
def charge_handling(amount, event, settings):
    if event["kind"] == "refund":
        return amount - settings["handling"]
    return amount + settings["handling"]


@step("loyalty", order=60)
@only_for("sale")
def take_loyalty_bonus(amount, event, settings):
    return amount - 50


@step("audit", order=95)
def write_audit_line(amount, event, settings):
    return amount
