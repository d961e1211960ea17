"""The dashboards' entry point: the menu and nothing else. Run with ``xianqing serve``."""

import streamlit as st

from dashboards import layout, navigation

st.navigation(navigation.menu(layout.begin()), position="top").run()
