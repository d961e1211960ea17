"""The dashboards' entry point: the menu and nothing else. Run with ``xianqing serve``."""

import streamlit as st

from dashboards import layout, navigation

PAGES = (
    "overview",
    "exit",
    "funds",
    "projects",
    "assets",
    "money",
    "income",
    "homes",
    "monitoring",
    "policies",
    "social",
    "work",
    "quality",
    "files",
    "inspect",
    "factcheck",
)

words = layout.begin()
st.navigation(navigation.menu(words, PAGES), position="top").run()
st.navigation(navigation.menu(layout.begin()), position="top").run()
