"""An interpolated Kneser-Ney n-gram model over token ids below 256: the baseline every decoder has to beat."""

import numpy


def grams(documents, order):
    """Codes (one base-256 number each) of the n-gram that ends at every predicted token, documents padded with 0."""
    padded = numpy.pad(documents.astype(numpy.int64), ((0, 0), (order - 1, 0)))
    length = documents.shape[1]
    codes = numpy.zeros((documents.shape[0], length), numpy.int64)
    for place in range(order):
        codes = codes * 256 + padded[:, place:place + length]
    return codes[:, 1:].ravel()


class Level:
    """Counts of one order: the n-grams, their histories, and the histories' numbers of different followers."""

    def __init__(self, codes, counts):
        self.codes, self.counts = codes, counts
        histories, start = numpy.unique(codes >> 8, return_index=True)
        self.histories = histories
        self.totals = numpy.add.reduceat(counts, start)
        self.followers = numpy.diff(numpy.append(start, len(codes)))
        once, twice = (counts == 1).sum(), (counts == 2).sum()
        self.discount = once / (once + 2 * twice) if once else 0.0

    def refine(self, codes, lower):
        """p(w | h) of this order for the n-grams `codes`, given the lower order's probabilities of the same tokens."""
        count = lookup(self.codes, self.counts, codes)
        total = lookup(self.histories, self.totals, codes >> 8)
        followers = lookup(self.histories, self.followers, codes >> 8)
        seen = numpy.maximum(total, 1)
        mixed = (numpy.maximum(count - self.discount, 0) + self.discount * followers * lower) / seen
        return numpy.where(total > 0, mixed, lower)


def lookup(known, counts, wanted):
    place = numpy.minimum(numpy.searchsorted(known, wanted), len(known) - 1)
    return numpy.where(known[place] == wanted, counts[place], 0)


def train(documents, order=5):
    """The highest order counts tokens; every lower one counts the different words seen before its n-gram."""
    codes, counts = numpy.unique(grams(documents, order), return_counts=True)
    levels = [Level(codes, counts)]
    for size in range(order - 1, 0, -1):
        shorter, counts = numpy.unique(codes & (256**size - 1), return_counts=True)
        codes = shorter
        levels.insert(0, Level(codes, counts))
    return levels


def perplexity(levels, documents):
    """Over every token but the first of each document; an unseen token falls back to 1/256."""
    p = numpy.full(documents.shape[0] * (documents.shape[1] - 1), 1 / 256)
    for size, level in enumerate(levels, start=1):
        p = level.refine(grams(documents, size), p)
    return float(numpy.exp(-numpy.log(p).mean()))
