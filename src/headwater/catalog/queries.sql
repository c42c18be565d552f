-- Every query of the catalog. A name and what it is for stand above each.

-- name: schema
-- One row a campaign or dataset version. Prices are decimal text in 10^-18 of a token, 40 digits, so text order is
-- number order; lists are text with a bar around every member.
create table entry (
    kind text not null, id integer not null, version integer not null, campaign integer not null,
    name text not null, task text not null, description text not null,
    embodiment text not null, modality text not null, sensors text not null,
    token text not null, price text not null, price_text text not null,
    episodes integer not null, length_ms integer not null, ends integer not null,
    primary key (kind, id, version)
);
create virtual table words using fts5 (
    name, task, description, embodiment, sensors, content = 'entry', tokenize = 'porter unicode61'
);
create table facts (name text primary key, value text not null);

-- name: add_entry
insert into entry values (
    :kind, :id, :version, :campaign, :name, :task, :description, :embodiment, :modality, :sensors,
    :token, :price, :price_text, :episodes, :length_ms, :ends
);

-- name: fill_words
insert into words (words) values ('rebuild');

-- name: add_fact
insert into facts values (:name, :value);

-- name: read_fact
select value from facts where name = :name;

-- name: find_words
-- Best match first; ties in order of kind and number.
select entry.* from words join entry on entry.rowid = words.rowid
where words match :words
    and (:embodiment = '' or instr(entry.embodiment, '|' || :embodiment || '|') > 0)
    and (:modality = '' or entry.modality = :modality)
    and (:max_price = '' or (entry.kind = 'dataset' and entry.price <= :max_price))
order by bm25(words, 4.0, 4.0, 1.0, 2.0, 1.0), entry.kind desc, entry.id, entry.version
limit :most;

-- name: find_all
-- Datasets first, then open campaigns.
select entry.* from entry
where (:embodiment = '' or instr(entry.embodiment, '|' || :embodiment || '|') > 0)
    and (:modality = '' or entry.modality = :modality)
    and (:max_price = '' or (entry.kind = 'dataset' and entry.price <= :max_price))
order by entry.kind desc, entry.id, entry.version
limit :most;
