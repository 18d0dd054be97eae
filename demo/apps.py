from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"
    label = "lookalike_demo"
    verbose_name = "Demo"
