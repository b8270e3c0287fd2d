"""Press a button as a person does who is asked first."""


def press(client, address, data=None):
    """Send a page, and answer its question with yes where it asks one."""
    answer = client.post(address, data or {})
    if answer.context is None or not answer.context.get("asking"):
        return answer
    return client.post(address, {**(data or {}), "asked": answer.context["asked"]})
