"""`python -m tests.hardware` draws the hardware guide's pictures anew, and makes its table."""

import argparse

from tests.hardware.gallery import LANGUAGES, PICTURES, path_of
from tests.hardware.guide import PATHS, made_anew

argparse.ArgumentParser(prog="python -m tests.hardware", description=__doc__).parse_args()
for language in LANGUAGES:
    for picture, draw in PICTURES.items():
        path_of(picture, language).write_text(draw(language).svg(), "utf-8")
    PATHS[language].write_text(made_anew(language), "utf-8")
