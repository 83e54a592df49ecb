-- A whole store as version 1 of the schema wrote it: two records, two slices, two feedback rows.
PRAGMA application_id = 1212238916;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE evidence (
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (run, number)) WITHOUT ROWID;
INSERT INTO "evidence" VALUES(1,1,'{"number":1,"stage":1,"share":1000,"from":"2026-03-04T12:00:01.25+08:00","length":"00:00:01","fresh":true,"baseline":{"cells":[{"exchanges":901,"errors":0,"errorSubjects":0,"unread":0,"latency":{"buckets":[3,700,701],"counts":[1,2,3]},"classes":[5,6,7],"confidence":[1,2]}],"newSubjects":17,"errorSubjects":[]},"canary":{"cells":[{"exchanges":100,"errors":0,"errorSubjects":0,"unread":0,"latency":{"buckets":[],"counts":[]},"classes":[],"confidence":[]}],"newSubjects":0,"errorSubjects":[1,4294967295]},"labels":[{"stage":0,"arm":"Canary","cell":2,"labelled":10,"wrong":3}],"values":[{"name":"revenue \u20AC","stage":0,"arm":"Baseline","count":3,"sum":0.30000000000000004,"sumOfSquares":1E-300}],"feedbackUpTo":12}','ef0069cc609c3cacb49add663209f6688736d29aa294756ae4bedff651e0f5da');
INSERT INTO "evidence" VALUES(1,2,'{"number":2,"stage":1,"share":1000,"from":"2026-03-04T12:00:02.25+08:00","length":"00:00:01","fresh":false,"baseline":{"cells":[{"exchanges":902,"errors":0,"errorSubjects":0,"unread":0,"latency":{"buckets":[3,700,701],"counts":[1,2,3]},"classes":[5,6,7],"confidence":[1,2]}],"newSubjects":17,"errorSubjects":[]},"canary":{"cells":[{"exchanges":100,"errors":0,"errorSubjects":0,"unread":0,"latency":{"buckets":[],"counts":[]},"classes":[],"confidence":[]}],"newSubjects":0,"errorSubjects":[1,4294967295]},"labels":[{"stage":0,"arm":"Canary","cell":2,"labelled":10,"wrong":3}],"values":[{"name":"revenue \u20AC","stage":0,"arm":"Baseline","count":3,"sum":0.30000000000000004,"sumOfSquares":1E-300}],"feedbackUpTo":12}','0382a82b91aa171c761ca13d3186338b80de87f72814f8f168bf74e61f0e8de0');
CREATE TABLE feedback (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    key BLOB NOT NULL UNIQUE,
    run INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    arm INTEGER NOT NULL,
    segment_code INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    wrong INTEGER,
    numbers TEXT,
    at TEXT);
INSERT INTO "feedback" VALUES(1,X'00000000000000000000000000000001',1,2,1,65535,4294967295,1,'{"revenue \u20AC":0.30000000000000004}','2026-03-04T12:00:00.2500000+08:00');
INSERT INTO "feedback" VALUES(2,X'00000000000000000000000000000002',1,0,0,0,0,NULL,NULL,NULL);
CREATE TABLE head (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    number INTEGER NOT NULL,
    hash TEXT NOT NULL);
INSERT INTO "head" VALUES(1,2,'ea15714b46ff9d0425ab47169fb58ea50dbc2ca3259817da16542ebdb135730e');
CREATE TABLE installation (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    key BLOB NOT NULL);
INSERT INTO "installation" VALUES(1,X'000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F');
CREATE TABLE ledger (
    number INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL);
INSERT INTO "ledger" VALUES(1,'{"at":"2026-03-04T12:00:00.25+08:00","kind":"held","rollout":"a","run":1,"model":"fraud","by":"judge","why":"it holds: \u0022\u03C0\u0022 \u003C\u00E9\u003E \uD83D\uDC24","stage":1,"from":0,"to":1000,"verdicts":[{"guard":"p99","signal":"latency-p99.9","kind":"Undecided","reason":"neither yet","late":false,"estimate":0.3333333333333333,"low":-0.1,"fine":0,"bad":0,"countedBy":"exchanges","baselineCount":0,"canaryCount":0,"failEvidence":0,"failAt":0,"passEvidence":0,"passAt":0}],"evidenceUpTo":1,"evidenceDigest":"ef0069cc609c3cacb49add663209f6688736d29aa294756ae4bedff651e0f5da"}','0000000000000000000000000000000000000000000000000000000000000000','48eb6f43400b5087f9c8002de0640dd5e2c77d86ed2487b30917871694a5f278');
INSERT INTO "ledger" VALUES(2,'{"at":"2026-03-04T12:00:00.25+08:00","kind":"held","rollout":"a","run":1,"model":"fraud","by":"judge","why":"it holds: \u0022\u03C0\u0022 \u003C\u00E9\u003E \uD83D\uDC24","stage":2,"from":0,"to":5000,"verdicts":[{"guard":"p99","signal":"latency-p99.9","kind":"Undecided","reason":"neither yet","late":false,"estimate":0.3333333333333333,"low":-0.1,"fine":0,"bad":0,"countedBy":"exchanges","baselineCount":0,"canaryCount":0,"failEvidence":0,"failAt":0,"passEvidence":0,"passAt":0}],"evidenceUpTo":2,"evidenceDigest":"0382a82b91aa171c761ca13d3186338b80de87f72814f8f168bf74e61f0e8de0"}','48eb6f43400b5087f9c8002de0640dd5e2c77d86ed2487b30917871694a5f278','ea15714b46ff9d0425ab47169fb58ea50dbc2ca3259817da16542ebdb135730e');
CREATE TABLE ledger_rollout (
    rollout TEXT NOT NULL,
    number INTEGER NOT NULL REFERENCES ledger (number),
    PRIMARY KEY (rollout, number)) WITHOUT ROWID;
INSERT INTO "ledger_rollout" VALUES('a',1);
INSERT INTO "ledger_rollout" VALUES('a',2);
CREATE TABLE rollout (
    name TEXT PRIMARY KEY NOT NULL,
    run INTEGER NOT NULL,
    state TEXT NOT NULL,
    ledger_number INTEGER NOT NULL REFERENCES ledger (number));
INSERT INTO "rollout" VALUES('a',1,'{"spec":{"name":"a","model":"fraud","baseline":"v1","canary":"v2","stages":[{"share":100,"bake":"00:05:00"},{"share":1000,"bake":"00:10:00"},{"share":5000,"bake":"01:00:00"}],"guards":[{"name":"p99","signal":{"kind":"Latency","quantile":0.999},"scale":"Ratio","bad":1.1,"floor":0,"segments":{"everything":true,"names":[]},"requiredFrom":1000,"weight":1,"fineLine":1.0488088481701516},{"name":"drift","signal":{"kind":"PredictionDrift","quantile":0},"scale":"JensenShannon","bad":0.02,"floor":0,"segments":{"everything":false,"names":[]},"weight":1,"fineLine":0.01}],"promise":{"falseRollback":0.01,"falsePromotion":0.05},"start":"Auto"},"run":1,"phase":"Running","stage":2,"since":"2026-03-04T12:00:00.25+08:00","startedAt":"2026-03-04T11:59:00.25+08:00","hold":"Baking","reason":"bakes: \u0022\u03C0\u0022 \\ \u2028 \u003Cb\u003E\u00E9\u003C/b\u003E \uD83D\uDC24\n\ttab","name":"a","canaryShare":5000,"ended":false}',2);
CREATE INDEX feedback_of_run ON feedback (run, position);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('feedback',2);
COMMIT;
