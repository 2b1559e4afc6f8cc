"""The tables of a store, and the marks by which its file is known.

What they mean to the queue, to intake and to reports is told in those modules.
"""

APPLICATION_ID = 0x746D726B
"""`tmrk`: marks a SQLite file as ours."""

SCHEMA_VERSION = 4

SCHEMA = """
CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    source INTEGER NOT NULL REFERENCES sources,
    record TEXT NOT NULL,
    text TEXT NOT NULL,
    digest INTEGER NOT NULL,
    meta TEXT,
    tokens BLOB,
    places INTEGER NOT NULL DEFAULT 1, taken INTEGER NOT NULL DEFAULT 0,
    given INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source, record)
);
CREATE INDEX documents_by_text ON documents (digest);
CREATE INDEX documents_with_places ON documents (priority DESC, id) WHERE taken < places;
CREATE TABLE producers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL, version TEXT NOT NULL,
    UNIQUE (name, version)
);
CREATE TABLE produced (
    producer INTEGER NOT NULL REFERENCES producers,
    document INTEGER NOT NULL REFERENCES documents,
    fault TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (producer, document)
) WITHOUT ROWID;
CREATE TABLE suggestions (
    document INTEGER NOT NULL REFERENCES documents,
    producer INTEGER NOT NULL DEFAULT 0,
    start_char INTEGER NOT NULL, end_char INTEGER NOT NULL,
    label TEXT NOT NULL, sources TEXT NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (document, producer, start_char, end_char, label)
) WITHOUT ROWID;
CREATE TABLE gazetteers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    added REAL NOT NULL
);
CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    gazetteer INTEGER NOT NULL REFERENCES gazetteers,
    label TEXT NOT NULL,
    pattern TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'name',
    given TEXT NOT NULL DEFAULT '',
    seen REAL NOT NULL DEFAULT 0, stood REAL NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,
    since INTEGER NOT NULL DEFAULT 0,
    fault TEXT NOT NULL DEFAULT '',
    UNIQUE (pattern, label, kind, gazetteer)
);
CREATE INDEX entries_by_gazetteer ON entries (gazetteer);
CREATE INDEX entries_of_patterns ON entries (kind) WHERE kind <> 'name';
CREATE TABLE evidence (
    document INTEGER NOT NULL REFERENCES documents,
    annotator TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES entries,
    answer INTEGER NOT NULL,
    seen INTEGER NOT NULL, stood INTEGER NOT NULL,
    changed INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,
    taught INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (document, annotator, entry)
) WITHOUT ROWID;
CREATE INDEX evidence_by_entry ON evidence (entry, answer);
CREATE INDEX evidence_taught ON evidence (entry, answer) WHERE taught > 0;
CREATE TABLE offers (
    document INTEGER NOT NULL REFERENCES documents,
    annotator TEXT NOT NULL,
    blind INTEGER NOT NULL,
    offered INTEGER NOT NULL, stood INTEGER NOT NULL,
    PRIMARY KEY (document, annotator)
) WITHOUT ROWID;
CREATE TABLE claims (
    annotator TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES documents,
    number INTEGER NOT NULL,
    state TEXT NOT NULL, counted INTEGER NOT NULL, reopened INTEGER NOT NULL DEFAULT 0,
    sequence INTEGER NOT NULL,
    deferred INTEGER NOT NULL DEFAULT 0,
    answered INTEGER NOT NULL DEFAULT 0,
    expires REAL NOT NULL,
    PRIMARY KEY (annotator, document)
) WITHOUT ROWID;
CREATE INDEX claims_to_do ON claims (annotator, deferred, sequence)
    WHERE state <> 'answered' OR reopened;
CREATE INDEX claims_by_answer ON claims (annotator, answered) WHERE answered > 0;
CREATE INDEX claims_by_lease ON claims (expires) WHERE state = 'open';
CREATE INDEX claims_by_document ON claims (document);
CREATE INDEX claims_extra ON claims (document, answered) WHERE answered > 0 AND NOT counted;
CREATE TABLE cursors (
    annotator TEXT PRIMARY KEY,
    priority INTEGER NOT NULL DEFAULT 0,
    document INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE events (
    document INTEGER NOT NULL,
    annotator TEXT NOT NULL,
    claim INTEGER NOT NULL, number INTEGER NOT NULL,
    kind TEXT NOT NULL, data TEXT NOT NULL,
    time REAL NOT NULL,
    PRIMARY KEY (document, annotator, claim, number)
) WITHOUT ROWID;
CREATE TABLE annotations (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents,
    annotator TEXT NOT NULL,
    revision INTEGER NOT NULL, current INTEGER NOT NULL DEFAULT 1,
    answer TEXT NOT NULL,
    comment TEXT NOT NULL DEFAULT '',
    flagged INTEGER NOT NULL DEFAULT 0,
    tokens BLOB,
    extra INTEGER NOT NULL DEFAULT 0,
    weighed INTEGER NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0,
    time REAL NOT NULL,
    UNIQUE (document, annotator, revision)
);
CREATE UNIQUE INDEX annotations_current ON annotations (document, annotator) WHERE current;
CREATE INDEX annotations_unweighed ON annotations (id)
    WHERE current AND answer = 'accept' AND NOT weighed;
CREATE INDEX annotations_by_annotator ON annotations (annotator, answer) WHERE current;
CREATE TABLE spans (
    annotation INTEGER NOT NULL REFERENCES annotations,
    start_char INTEGER NOT NULL, end_char INTEGER NOT NULL,
    label TEXT NOT NULL, sources TEXT NOT NULL
);
CREATE INDEX spans_by_annotation ON spans (annotation);
CREATE TABLE gold (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents,
    revision INTEGER NOT NULL, current INTEGER NOT NULL DEFAULT 1,
    reviewer TEXT NOT NULL,
    answer TEXT NOT NULL,
    comment TEXT NOT NULL DEFAULT '',
    flagged INTEGER NOT NULL DEFAULT 0,
    tokens BLOB,
    decisions TEXT NOT NULL DEFAULT '[]',
    cites TEXT NOT NULL DEFAULT '[]',
    compared INTEGER NOT NULL DEFAULT 0,
    weighed INTEGER NOT NULL DEFAULT 0,
    time REAL NOT NULL,
    UNIQUE (document, revision)
);
CREATE UNIQUE INDEX gold_current ON gold (document) WHERE current;
CREATE INDEX gold_unweighed ON gold (id) WHERE current AND NOT weighed;
CREATE UNIQUE INDEX gold_weighed ON gold (document) WHERE weighed;
CREATE TABLE gold_spans (
    gold INTEGER NOT NULL REFERENCES gold,
    start_char INTEGER NOT NULL, end_char INTEGER NOT NULL,
    label TEXT NOT NULL, sources TEXT NOT NULL
);
CREATE INDEX gold_spans_by_gold ON gold_spans (gold);
CREATE TABLE differences (
    document INTEGER PRIMARY KEY REFERENCES documents,
    compared INTEGER NOT NULL,
    accepts INTEGER NOT NULL,
    agreed INTEGER NOT NULL, label INTEGER NOT NULL, boundary INTEGER NOT NULL,
    presence INTEGER NOT NULL, tokens INTEGER NOT NULL, answers INTEGER NOT NULL,
    size INTEGER NOT NULL,
    labels TEXT NOT NULL, annotators TEXT NOT NULL,
    settled INTEGER NOT NULL
);
CREATE INDEX differences_open ON differences (document) WHERE NOT settled AND size > 0;
CREATE INDEX differences_open_by_size ON differences (size DESC, document)
    WHERE NOT settled AND size > 0;
CREATE INDEX differences_unsettled ON differences (document) WHERE NOT settled;
CREATE TABLE tokenizers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL, package TEXT NOT NULL, version TEXT NOT NULL,
    loaded REAL NOT NULL,
    UNIQUE (name, package, version)
);
CREATE TABLE tokenized (
    document INTEGER NOT NULL REFERENCES documents,
    tokenizer INTEGER NOT NULL REFERENCES tokenizers,
    tokens BLOB NOT NULL,
    fault TEXT NOT NULL DEFAULT '',
    UNIQUE (document, tokenizer)
);
CREATE INDEX tokenized_at_fault ON tokenized (tokenizer, document) WHERE fault <> '';
CREATE TABLE words (word TEXT PRIMARY KEY, counts TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE ticket (
    last INTEGER NOT NULL,
    places INTEGER NOT NULL, share REAL NOT NULL,
    compared INTEGER NOT NULL
);
INSERT INTO ticket VALUES (0, 0, 1, 0);
CREATE TABLE preferences (
    annotator TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (annotator, name)
) WITHOUT ROWID;
"""

POOL_TABLE = """
CREATE TABLE pool (
    document INTEGER PRIMARY KEY,
    lot INTEGER NOT NULL,
    place REAL NOT NULL,
    doubt REAL,
    chosen INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX pool_chosen ON pool (chosen) WHERE chosen > 0;
"""
"""What a store gets when its project wants the order `uncertain` (uncertain.py). Nothing is lost
with it: a document that was dropped, or that a rescue left out, is passed over, and the pool is
filled up again. `lot` says that a document is of the lot, `place` its place there; `doubt` is NULL
where no learner has looked; `chosen` counts those that came to somebody, 0 where it waits."""
