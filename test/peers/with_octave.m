% The experiment in GNU Octave: see experiment.py for the options, the questions and the answers.
% Single precision; images are columns.
1;

% Ended from outside, it would write all its variables into the working directory.
sigterm_dumps_octave_core(false);
sighup_dumps_octave_core(false);
crash_dumps_octave_core(false);

function [images, labels] = read_batches(folder, names)
  records = [];
  for k = 1:numel(names)
    file = fopen(fullfile(folder, names{k}));
    records = [records, fread(file, [3073, Inf], '*uint8')];
    fclose(file);
  end
  images = single(records(2:end, :)); % [d x n]
  labels = double(records(1, :)) + 1; % [1 x n]
end

function eta = learning_rate(update, options)
  step = options.stepSize;
  eta = options.etaMin + (options.etaMax - options.etaMin) * (1 - abs(mod(update, 2 * step) / step - 1));
end

function P = softmax(S)
  P = exp(S - max(S));
  P ./= sum(P);
end

function result = scores(part, net, lambda)
  n = columns(part.images);
  S = net.W2 * max(net.W1 * part.images + net.b1, 0) + net.b2; % [K x n]
  [most, predicted] = max(S);
  of_label = S(sub2ind(size(S), part.labels, 1:n));
  result.loss = sum(double(most + log(sum(exp(S - most))) - of_label)) / n;
  result.cost = result.loss + lambda * double(sumsq(net.W1(:)) + sumsq(net.W2(:)));
  result.accuracy = sum(predicted == part.labels) / n;
end

function measurement = measure(parts, net, lambda, update)
  measurement = struct('update', update, 'train', scores(parts.train, net, lambda), 'validation', scores(parts.validation, net, lambda));
end

function net = initial_network(d, m, K, seed)
  randn('twister', seed);
  net.W1 = single(randn(m, d) / sqrt(d)); net.b1 = zeros(m, 1, 'single');
  net.W2 = single(randn(K, m) / sqrt(m)); net.b2 = zeros(K, 1, 'single');
end

function net = train_on(net, X, Y, eta, lambda)
  n = columns(X);
  H = max(net.W1 * X + net.b1, 0); % [m x n]
  G = (softmax(net.W2 * H + net.b2) - Y) * single(eta / n); % [K x n]
  G1 = (net.W2' * G) .* (H > 0); % [m x n]
  shrink = single(1 - 2 * eta * lambda);
  net.W2 = shrink * net.W2 - G * H';
  net.b2 -= sum(G, 2);
  net.W1 = shrink * net.W1 - G1 * X';
  net.b1 -= sum(G1, 2);
end

function answer = experiment(parts, options, updates, measurements)
  [d, total] = size(parts.train.images);
  n = options.batchSize;
  identity = eye(10, 'single');
  per_epoch = floor(total / n);
  measure_at = round((1:measurements) * updates / max(1, measurements));
  net = initial_network(d, options.hidden, 10, options.seed);
  rand('twister', options.seed + 1);
  history = {};
  started = tic;
  if measurements > 0
    history{1} = measure(parts, net, options.lambda, 0);
  end
  for k = 1:(updates == 0) * measurements
    history{end + 1} = measure(parts, net, options.lambda, 0);
  end
  for update = 1:updates
    position = mod(update - 1, per_epoch);
    if position == 0
      order = randperm(total);
    end
    batch = order(position * n + 1 : (position + 1) * n);
    net = train_on(net, parts.train.images(:, batch), identity(:, parts.train.labels(batch)), learning_rate(update, options), options.lambda);
    if any(measure_at == update)
      history{end + 1} = measure(parts, net, options.lambda, update);
    end
  end
  answer.seconds = toc(started);
  answer.history = history;
  answer.testAccuracy = scores(parts.test, net, options.lambda).accuracy;
end

function say(value)
  printf('%s\n', jsonencode(value));
  fflush(stdout);
end

options = jsondecode(argv(){end});
for name = {'train', 'validation', 'test'}
  [images, labels] = read_batches(options.folder, options.(name{1}));
  parts.(name{1}) = struct('images', images, 'labels', labels);
end
average = mean(parts.train.images, 2);
deviation = sqrt(mean((parts.train.images - average) .^ 2, 2));
deviation(deviation == 0) = 1;
for name = {'train', 'validation', 'test'}
  parts.(name{1}).images = (parts.(name{1}).images - average) ./ deviation;
end
say(struct('ready', ['GNU Octave ' version()]));
while true
  try
    question = input('', 's'); % fgetl would wait for the line after it where standard input is a socket
  catch
    break % its end
  end
  asked = sscanf(question, '%d %d');
  say(experiment(parts, options, asked(1), asked(2)));
end
