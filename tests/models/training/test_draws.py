"""Draws follow from seed, step and place alone."""

import torch

from models.training.sampling import Draw, draw, noise


def drawn(seed: int, step: int, place: int, *, text_dropout: float = 0.1) -> Draw:
    return draw(seed, step, place, batch=4, clips=6, timesteps=1000, text_dropout=text_dropout)


def test_the_same_place_draws_the_same() -> None:
    assert drawn(1, 5, 2) == drawn(1, 5, 2)


def test_seed_step_and_place_all_matter() -> None:
    seeds = {each.noise_seed for each in (drawn(1, 5, 2), drawn(2, 5, 2), drawn(1, 6, 2), drawn(1, 5, 3))}
    assert len(seeds) == 4


def test_every_clip_comes_once_an_epoch() -> None:
    epochs = [drawn(3, step, place).clip for step in range(3) for place in range(4)]
    assert sorted(epochs[:6]) == sorted(epochs[6:]) == list(range(6))


def test_epochs_have_orders_of_their_own() -> None:
    orders = {
        tuple(drawn(3, 3 * epoch + step, place).clip for step in range(3) for place in range(4))
        for epoch in range(4)
    }
    assert len(orders) > 1


def test_a_tenth_of_the_texts_is_dropped_and_always_the_same_ones() -> None:
    dropped = [drawn(0, step, place).drops_text for step in range(500) for place in range(4)]
    assert dropped == [drawn(0, step, place).drops_text for step in range(500) for place in range(4)]
    assert 0.08 < sum(dropped) / len(dropped) < 0.12


def test_no_text_is_dropped_at_0_and_every_text_at_1() -> None:
    assert not any(drawn(0, step, 0, text_dropout=0).drops_text for step in range(50))
    assert all(drawn(0, step, 0, text_dropout=1).drops_text for step in range(50))


def test_noise_is_standard_normal_and_its_seed_s() -> None:
    assert torch.equal(noise(5, (2, 3)), noise(5, (2, 3)))
    assert abs(float(noise(5, (100, 100)).std()) - 1) < 0.02
