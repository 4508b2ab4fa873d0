"""What AppTest starts: from a folder without `pages/`, so that Streamlit's older navigation stays off."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).resolve().parents[2] / "app.py"))
