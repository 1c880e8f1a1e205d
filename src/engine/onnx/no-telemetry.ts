// ONNX Runtime's own builds report to their maker over the network since version 1.29, and write files into the system's temporary
// folder for it. The variable is read once, when the library is loaded. Setting it takes effect in the main thread only, so whoever
// starts worker threads imports this too.
process.env.ORT_DISABLE_TELEMETRY ??= '1';
