"""Opens an ONNX file as any other program would: checks it, infers its shapes, and evaluates it with the few operations of NumPy below,
which are written from the ONNX specification. (onnx's own reference evaluation came in 1.13; where it is there, it is asked too.)

Usage: evaluate.py MODEL.onnx IMAGES.npy → JSON with the model's description, and scores, probabilities and classes in float64."""
import json
import sys

import numpy as np
import onnx
from onnx import numpy_helper, shape_inference

model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
shape_inference.infer_shapes(model, strict_mode=True)
images = np.load(sys.argv[2])


def gemm(a, b, c, transA=0, transB=0, alpha=1.0, beta=1.0):
    return alpha * (a.T if transA else a) @ (b.T if transB else b) + beta * c


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


operations = {
    "Cast": lambda x, to: x.astype(np.float64 if to == onnx.TensorProto.FLOAT else onnx.mapping.TENSOR_TYPE_TO_NP_TYPE[to]),
    "DequantizeLinear": lambda x, scale: x.astype(np.float64) * scale,
    "Reshape": lambda x, shape: x.reshape(shape.astype(int)),
    "Sub": lambda a, b: a - b,
    "Mul": lambda a, b: a * b,
    "Gemm": gemm,
    "Relu": lambda x: np.maximum(x, 0),
    "Softmax": softmax,
    "ArgMax": lambda x, axis, keepdims: x.argmax(axis),
    "Identity": lambda x: x,
}

wide = lambda array: array.astype(np.float64) if array.dtype == np.float32 else array
values = {tensor.name: wide(numpy_helper.to_array(tensor)) for tensor in model.graph.initializer}
values[model.graph.input[0].name] = wide(images)
for node in model.graph.node:
    attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    (values[node.output[0]],) = (operations[node.op_type](*(values[name] for name in node.input), **attributes),)

if hasattr(onnx, "reference"):
    from onnx.reference import ReferenceEvaluator
    for name, value in zip(("scores", "probabilities", "class"), ReferenceEvaluator(model).run(None, {"images": images})):
        assert np.allclose(value, values[name], rtol=1e-4, atol=1e-4), name

value_info = lambda info: {"name": info.name, "type": info.type.tensor_type.elem_type, "shape": [d.dim_param or d.dim_value for d in info.type.tensor_type.shape.dim]}
print(json.dumps({
    "onnx": onnx.__version__, "ir": model.ir_version, "opset": model.opset_import[0].version, "producer": f"{model.producer_name} {model.producer_version}",
    "inputs": [value_info(info) for info in model.graph.input], "outputs": [value_info(info) for info in model.graph.output],
    "metadata": {entry.key: entry.value for entry in model.metadata_props}, "operations": [node.op_type for node in model.graph.node],
    "initialisers": [tensor.name for tensor in model.graph.initializer],
    "scores": values["scores"].ravel().tolist(), "classes": values["class"].tolist(),
}))
