"""The same training in PyTorch: reads descriptions as JSON from standard input, writes the parameters after the updates of each to standard output."""
import json
import sys

import torch

torch.set_default_dtype(torch.float64)
def train(given):
    P = {name: torch.tensor(values, dtype=torch.float64, requires_grad=not name.startswith(("mean", "variance"))) for name, values in given["parameters"].items()}
    depth = len(given["layers"]) - 1
    trained = [p for p in P.values() if p.requires_grad]
    weights = [p for name, p in P.items() if name.startswith("W")]
    others = [p for p in trained if not any(p is w for w in weights)]
    kind, settings = given["optimiser"].pop("type"), given["optimiser"]
    if kind == "adamW":
        groups = [{"params": weights, "weight_decay": settings["weightDecay"]}, {"params": others, "weight_decay": 0}]
        optimiser = torch.optim.AdamW(groups, lr=1, betas=(settings["beta1"], settings["beta2"]), eps=settings["epsilon"])
    elif kind == "adam":
        optimiser = torch.optim.Adam(trained, lr=1, betas=(settings["beta1"], settings["beta2"]), eps=settings["epsilon"])
    else:
        optimiser = torch.optim.SGD(trained, lr=1, momentum=settings.get("momentum", 0), nesterov=kind == "nesterov")

    for t, (X, labels) in enumerate(given["batches"]):
        H = torch.tensor(X)
        for k in range(1, depth + 1):
            S = H @ P[f"W{k}"]
            if k == depth:
                S = S + P[f"b{k}"]
                break
            if given["batchNormalisation"]:
                S = torch.nn.functional.batch_norm(S, P[f"mean{k}"], P[f"variance{k}"], P[f"gamma{k}"], P[f"beta{k}"], training=True)
            else:
                S = S + P[f"b{k}"]
            H = torch.relu(S)
        loss = torch.nn.functional.cross_entropy(S, torch.tensor(labels), label_smoothing=given["labelSmoothing"])
        cost = loss + given["lambda"] * sum((w ** 2).sum() for w in weights)
        for group in optimiser.param_groups:
            group["lr"] = given["etas"][t]
        optimiser.zero_grad()
        cost.backward()
        optimiser.step()
    return {name: p.detach().flatten().tolist() for name, p in P.items()}


json.dump([train(given) for given in json.load(sys.stdin)], sys.stdout)
