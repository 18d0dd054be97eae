"""Another view of the same picture: cut, turned, lit otherwise; its colours mostly kept."""

import torch
import torch.nn.functional as F


def augmented(pictures: torch.Tensor, side: int) -> torch.Tensor:
    """(n, 3, s, s) uint8 RGB -> (n, 3, side, side) float, 0–255.

    A cut of 60 to 100 % of each side, stretched by up to 15 %, mirrored half of the time, turned
    a little; light ±20 %, contrast ±15 %, a colour cast of ±5 %; a fifth have a square painted
    over.
    """
    n = len(pictures)
    views = F.grid_sample(
        pictures.float(),
        F.affine_grid(_cuts(n), [n, 3, side, side], align_corners=False),
        padding_mode="reflection",
        align_corners=False,
    )
    light = _uniform(n, 0.8, 1.2)
    contrast = _uniform(n, 0.85, 1.15)
    cast = torch.empty(n, 3, 1, 1).uniform_(-13, 13)
    middle = views.mean(dim=(1, 2, 3), keepdim=True)
    views = ((views - middle) * contrast + middle) * light + cast
    return _painted_over(views).clamp(0, 255)


def _uniform(n: int, low: float, high: float) -> torch.Tensor:
    return torch.empty(n, 1, 1, 1).uniform_(low, high)


def _cuts(n: int) -> torch.Tensor:
    """(n, 2, 3) affine maps from the view to the picture."""
    size = torch.empty(n).uniform_(0.6, 1.0)
    stretch = torch.empty(n).uniform_(0.86, 1.16)
    mirror = torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    turn = torch.empty(n).uniform_(-0.09, 0.09)
    maps = torch.zeros(n, 2, 3)
    maps[:, 0, 0], maps[:, 1, 1] = size * stretch * mirror, size / stretch
    maps[:, 0, 1], maps[:, 1, 0] = -size * turn, size * turn * mirror
    maps[:, :, 2] = torch.empty(n, 2).uniform_(-1, 1) * (1 - size).unsqueeze(1)
    return maps


def _painted_over(views: torch.Tensor) -> torch.Tensor:
    n, _, side, _ = views.shape
    reach = side // 8
    centre = torch.randint(reach, side - reach, (n, 2))
    places = torch.arange(side)
    rows = (places - centre[:, :1]).abs() < reach
    columns = (places - centre[:, 1:]).abs() < reach
    square = (rows.unsqueeze(2) & columns.unsqueeze(1)).unsqueeze(1)
    chosen = (torch.rand(n) < 0.2).reshape(n, 1, 1, 1)
    return torch.where(square & chosen, torch.rand(n, 3, 1, 1) * 255, views)
