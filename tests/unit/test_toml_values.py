"""What is written as TOML; the standard library's reader is the oracle."""

import random
import tomllib

import pytest

from resnet_viz import toml_values
from resnet_viz.errors import UserError

AWKWARD = '"""\'\\\n\n\t\r\x00\x1f\x7f é€𝄞#[]{}=,ab  '


@pytest.mark.parametrize("seed", range(20))
def test_any_text_comes_back(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(200):
        text = "".join(draw.choices(AWKWARD, k=draw.randrange(12)))
        for written in (toml_values.prose(text), toml_values.value(text)):
            assert tomllib.loads(f"x = {written}\n") == {"x": text}


@pytest.mark.parametrize(
    "content",
    [True, 0, -3, 0.1, 1e-7, 1e300, float("inf"), [], [1, 2], ["a"], {"a b": [1], "c": {"d": ""}}],
)
def test_values_come_back(content: object) -> None:
    read = tomllib.loads(f"x = {toml_values.value(content)}")["x"]
    assert read == content
    assert type(read) is type(content)


def test_sets_are_written_in_order() -> None:
    assert toml_values.value(frozenset({"b", "a"})) == '["a", "b"]'
    assert toml_values.value((1, 2)) == "[1, 2]"


def test_lines_of_prose_stand_as_they_are() -> None:
    assert toml_values.prose('One "word".\n- two\n') == '"""\nOne "word".\n- two\n"""'


def test_what_toml_has_no_value_for() -> None:
    with pytest.raises(TypeError, match="None"):
        toml_values.value(None)
    with pytest.raises(UserError, match="not valid Unicode"):
        toml_values.value("\udc80")
