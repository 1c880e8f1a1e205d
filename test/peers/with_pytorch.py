"""The experiment in PyTorch: see experiment.py."""

import os

import torch

from experiment import initial_weights, serve

CHUNK = 1000  # images per product of a measurement: their activations stay in the cache

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


class Network:
    """Gradients by hand and in place, the L2 decay in the product that adds the gradient: faster than autograd with torch.optim.SGD."""

    def __init__(self, parts, options):
        self.parts = {name: (torch.from_numpy(images), torch.from_numpy(labels)) for name, (images, labels) in parts.items()}
        self.decay = options["lambda"]
        self.W1, self.b1, self.W2, self.b2 = map(torch.from_numpy, initial_weights(options))

    @torch.inference_mode()
    def update(self, rows, eta):
        W1, b1, W2, b2 = self.W1, self.b1, self.W2, self.b2
        images, labels = self.parts["train"]
        rows = torch.from_numpy(rows)
        n = len(rows)
        X = images.index_select(0, rows)  # [n x d]
        H = torch.addmm(b1, X, W1).relu_()  # [n x m]
        G = torch.addmm(b2, H, W2).softmax(1)  # [n x K]
        G[torch.arange(n), labels[rows]] -= 1
        G1 = (G @ W2.T).mul_(H > 0)  # [n x m]
        shrink = 1 - 2 * eta * self.decay
        W2.addmm_(H.T, G, beta=shrink, alpha=-eta / n)
        b2.sub_(G.sum(0), alpha=eta / n)
        W1.addmm_(X.T, G1, beta=shrink, alpha=-eta / n)
        b1.sub_(G1.sum(0), alpha=eta / n)

    @torch.inference_mode()
    def scores(self, part):
        images, labels = self.parts[part]
        loss, correct = 0.0, 0
        for X, y in zip(images.split(CHUNK), labels.split(CHUNK)):
            S = torch.addmm(self.b2, torch.addmm(self.b1, X, self.W1).relu_(), self.W2)
            loss += torch.nn.functional.cross_entropy(S, y, reduction="sum").item()
            correct += (S.argmax(1) == y).sum().item()
        loss /= len(labels)
        squares = (self.W1.square().sum() + self.W2.square().sum()).item()
        return {"cost": loss + self.decay * squares, "loss": loss, "accuracy": correct / len(labels)}


serve(f"PyTorch {torch.__version__}", Network)
