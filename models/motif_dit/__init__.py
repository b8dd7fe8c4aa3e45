"""Research: the motion focal loss on a diffusion transformer (Wan2.2-TI2V-5B) with flow matching and LoRA."""
