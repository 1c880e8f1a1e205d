"""The experiment in NumPy: see experiment.py."""

import numpy as np

from experiment import CLASSES, initial_weights, serve

CHUNK = 1000  # images per product of a measurement: their activations stay in the cache


class Network:
    """Float32, in place, no allocation of anything large in an update."""

    def __init__(self, parts, options):
        self.parts, self.decay = parts, options["lambda"]
        self.W1, self.b1, self.W2, self.b2 = initial_weights(options)
        self.X = np.empty((options["batchSize"], len(self.W1)), np.float32)  # the mini-batch
        self.gradient = np.empty_like(self.W1)

    def update(self, rows, eta):
        W1, b1, W2, b2 = self.W1, self.b1, self.W2, self.b2
        images, labels = self.parts["train"]
        n = len(rows)
        X = np.take(images, rows, axis=0, out=self.X, mode="clip")  # [n x d]
        H = X @ W1
        H += b1
        np.maximum(H, 0, out=H)  # [n x m]
        G = self.softmax(H @ W2 + b2)  # [n x K]
        G[np.arange(n), labels[rows]] -= 1
        G *= np.float32(eta / n)
        G1 = G @ W2.T
        G1 *= H > 0  # [n x m]
        shrink = np.float32(1 - 2 * eta * self.decay)
        W2 *= shrink
        W2 -= H.T @ G
        b2 -= G.sum(0)
        W1 *= shrink
        W1 -= np.matmul(X.T, G1, out=self.gradient)
        b1 -= G1.sum(0)

    @staticmethod
    def softmax(S):
        S -= S.max(1, keepdims=True)
        np.exp(S, out=S)
        S /= S.sum(1, keepdims=True)
        return S

    def scores(self, part):
        images, labels = self.parts[part]
        loss, correct = 0.0, 0
        for start in range(0, len(labels), CHUNK):
            y = labels[start : start + CHUNK]
            H = images[start : start + CHUNK] @ self.W1
            H += self.b1
            np.maximum(H, 0, out=H)
            S = H @ self.W2 + self.b2
            S -= S.max(1, keepdims=True)
            loss += np.log(np.exp(S).sum(1)).sum(dtype=np.float64) - S[np.arange(len(y)), y].sum(dtype=np.float64)
            correct += int((S.argmax(1) == y).sum())
        loss = float(loss / len(labels))
        squares = float(np.vdot(self.W1, self.W1) + np.vdot(self.W2, self.W2))
        return {"cost": loss + self.decay * squares, "loss": loss, "accuracy": correct / len(labels)}


serve(f"NumPy {np.__version__}", Network)
