"""How alike two texts are: bounded, symmetric, blind to order, figures and hashtags, and not fooled by a short line in a long text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content_pipeline.review.similarity import FEWEST, SIMILAR_FROM, Corpus, nearest, similarity

POST = """Why your focus breaks at three
Close every tab but one, because each open tab asks for a decision.
Leave a note where you stopped, so that tomorrow starts without searching.
Start with the task you dread, because dread grows while you look away.
Save this for Monday."""
OTHER = """Three ways to reach payday
Move savings on the day your salary comes, so that the rest is free to spend.
Write down what you bought for a week, and read it on Sunday.
Cancel one subscription that nobody missed.
Save this for Monday."""
LINES = POST.splitlines()


@pytest.mark.parametrize(
    "again",
    [
        POST,
        POST.upper(),
        "\n".join([LINES[0], *reversed(LINES[1:])]),
        "\n".join(["A new first line about work", *LINES[1:]]),
        "\n".join([*LINES[:3], *LINES[4:]]),
        f"{POST}\n\n#focus #deepwork #monday",
        POST.replace("three", "3").replace("Monday", "Friday"),
        POST.replace("tab", "window").replace("dread", "fear"),
    ],
)
def test_a_post_told_again_is_alike(again):
    assert similarity(POST, again) >= SIMILAR_FROM


@pytest.mark.parametrize(
    "other",
    [OTHER, "", "Save this for Monday.", LINES[1], "\n".join([*OTHER.splitlines()[:4], LINES[1], LINES[4]])],
)
def test_a_shared_line_is_not_the_same_post(other):
    assert similarity(POST, other) < SIMILAR_FROM


@pytest.mark.parametrize("text", ["Hi", "Save this", "仕事の前に深呼吸", "🔥", "#focus"])
def test_short_texts_are_the_same_only_if_they_are_equal(text):
    assert similarity(text, text) == (1.0 if text not in ("🔥", "#focus") else 0.0)
    assert (
        similarity(text, f"{text} and quite another thing that nobody has said about work before")
        < SIMILAR_FROM
    )


def test_languages_without_spaces_are_compared_too():
    text = "仕事を始める前に机を片付けて、通知を切り、最初の一時間は一つのことだけに集中する。終わったら短く歩く。"
    again = "終わったら短く歩く。仕事を始める前に机を片付けて、通知を切り、最初の一時間は一つのことだけに集中する。"
    other = "週末に家計簿を見直して、使っていない定期購入を解約し、給料日に自動で貯金する。残りは自由に使う。"
    assert similarity(text, again) >= SIMILAR_FROM > similarity(text, other)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=4), st.text(max_size=80))
def test_it_is_bounded_symmetric_and_the_same_alone_and_in_a_corpus(texts, text):
    found = Corpus(texts).similarities(text)
    assert ((found >= 0) & (found <= 1)).all()
    assert found.tolist() == [similarity(text, other) for other in texts]
    assert found.tolist() == pytest.approx([similarity(other, text) for other in texts])


def test_the_nearest_is_the_first_of_the_most_alike():
    assert nearest(POST, []) is None
    found = nearest(POST, [OTHER, POST, POST])
    assert found == (1, 1.0)
    assert found.place == 1


def test_a_likeness_rests_on_enough_words():
    few = " ".join(f"word{chr(97 + n)}" for n in range(FEWEST // 2))
    assert similarity(few, f"{few} {OTHER}") <= 0.5
