"""Random choices depend on seed, step and batch index only."""

import torch

from models.training.sampling import BatchItem, gaussian_noise, sample_batch_item


def sample_item(seed: int, step: int, index: int, *, text_dropout: float = 0.1) -> BatchItem:
    return sample_batch_item(seed, step, index, batch=4, clips=6, timesteps=1000, text_dropout=text_dropout)


def test_the_same_arguments_give_the_same_item() -> None:
    assert sample_item(1, 5, 2) == sample_item(1, 5, 2)


def test_seed_step_and_index_all_matter() -> None:
    seeds = {
        each.noise_seed
        for each in (sample_item(1, 5, 2), sample_item(2, 5, 2), sample_item(1, 6, 2), sample_item(1, 5, 3))
    }
    assert len(seeds) == 4


def test_every_clip_occurs_once_per_epoch() -> None:
    epochs = [sample_item(3, step, index).clip for step in range(3) for index in range(4)]
    assert sorted(epochs[:6]) == sorted(epochs[6:]) == list(range(6))


def test_epochs_have_different_orders() -> None:
    orders = {
        tuple(sample_item(3, 3 * epoch + step, index).clip for step in range(3) for index in range(4))
        for epoch in range(4)
    }
    assert len(orders) > 1


def test_the_dropped_texts_are_reproducible_and_a_tenth_of_all() -> None:
    dropped = [sample_item(0, step, index).drops_text for step in range(500) for index in range(4)]
    assert dropped == [sample_item(0, step, index).drops_text for step in range(500) for index in range(4)]
    assert 0.08 < sum(dropped) / len(dropped) < 0.12


def test_no_text_is_dropped_at_0_and_every_text_at_1() -> None:
    assert not any(sample_item(0, step, 0, text_dropout=0).drops_text for step in range(50))
    assert all(sample_item(0, step, 0, text_dropout=1).drops_text for step in range(50))


def test_noise_is_standard_normal_and_depends_on_its_seed() -> None:
    assert torch.equal(gaussian_noise(5, (2, 3)), gaussian_noise(5, (2, 3)))
    assert abs(float(gaussian_noise(5, (100, 100)).std()) - 1) < 0.02
