"""A page in a real browser, and what a reader can do with it."""

import time

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
)


class Opened:
    """A page in the browser, and what a reader can do with it."""

    def __init__(self, driver, address):
        self.driver, self.address = driver, address
        driver.get("about:blank")
        driver.get_log("browser")
        driver.get(address)

    def run(self, script, *arguments):
        return self.driver.execute_script(f"return {script}", *arguments)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def texts(self, selector):
        return [element.text for element in self.all(selector) if element.is_displayed()]

    def choose(self, name, value):
        wanted = f"//select[@id='by-{name}']/option[text()='{value}']"
        self.driver.find_element("xpath", wanted).click()
        self.settle()

    def search(self, words):
        box = self.driver.find_element("id", "query")
        box.clear()
        box.send_keys(words)
        self.settle()

    def settle(self):
        time.sleep(
            0.25
        )  # the page waits for the last key before it filters, and is told of its width

    def badge(self, native, backend):
        (found,) = self.all(f".badge[title^='{native} on {backend}:']")
        return found

    @property
    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def style(self, rule):
        """A rule added to the page's style, as somebody may break it."""
        sheet = "document.styleSheets[0]"
        self.run(f"{sheet}.insertRule(arguments[0], {sheet}.cssRules.length)", rule)

    def look(self, *, width=1280, height=800, scheme="light", media="", mobile=False):
        """The page as another device, another theme of the system or paper shows it."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"media": media, "features": features}
        )
        self.settle()  # the page folds and unfolds after it has another width

    def usual(self):
        """The page as it was before it was looked at in another way."""
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
