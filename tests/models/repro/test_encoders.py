"""The shipped encoders of the sprite networks: their reconstruction error, and reproducible training."""

import numpy as np
import torch
from diffusers import AutoencoderKL
from transformers import CLIPVisionModel

from benchmark.scenes.sprites import held_out_clips
from models.motif.encoders import decode_latents, encode_frames
from models.repro.encoders import EncoderTraining, train_autoencoder, train_image_encoder
from models.training.networks import frames_to_tensor, shipped_checkpoint


def test_the_autoencoder_keeps_unseen_clips_with_30_db() -> None:
    vae = AutoencoderKL.from_pretrained(shipped_checkpoint("sprite-autoencoder"))
    frames = np.stack([clip.frames[4] for clip in held_out_clips()[::8]])

    latents = encode_frames(vae, frames_to_tensor(frames))
    decoded = decode_latents(vae, latents.transpose(0, 1)[None])[0].permute(0, 2, 3, 1).numpy()

    assert latents.shape == (12, 8, 8, 8)
    assert 0.8 < float(latents.std()) < 1.2
    error = np.square(decoded - frames / 255).mean()
    assert -10 * np.log10(error) > 30


def test_the_image_tokens_differ_where_objects_differ() -> None:
    encoder = CLIPVisionModel.from_pretrained(shipped_checkpoint("sprite-image-encoder"))
    images = frames_to_tensor(np.stack([clip.frames[0] for clip in held_out_clips()[::4]]))

    with torch.no_grad():
        tokens = encoder(images).last_hidden_state

    assert tokens.shape == (24, 65, 64)
    assert float(tokens.std(dim=0).mean()) > 0.1


def test_the_same_training_gives_the_same_weights() -> None:
    short = EncoderTraining(steps=2, clips=4, batch=4)
    for train in (train_autoencoder, train_image_encoder):
        first, second = (train(short).state_dict() for _ in range(2))
        assert all(torch.equal(first[name], second[name]) for name in first)
