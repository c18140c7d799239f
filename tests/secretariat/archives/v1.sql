BEGIN TRANSACTION;
CREATE TABLE action (
	id INTEGER NOT NULL, 
	report_id INTEGER NOT NULL, 
	at_ms BIGINT NOT NULL, 
	person VARCHAR(80) NOT NULL, 
	did VARCHAR(16) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(report_id) REFERENCES report (id)
);
INSERT INTO "action" VALUES(1,2,1790000010003,'Aylin Demir','accepted');
CREATE TABLE alarm (
	id INTEGER NOT NULL, 
	at_ms BIGINT NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	report_id INTEGER, 
	detail VARCHAR(200) NOT NULL, 
	cancelled_ms BIGINT, 
	closed_ms BIGINT, 
	closed_by VARCHAR(80), 
	PRIMARY KEY (id), 
	FOREIGN KEY(report_id) REFERENCES report (id)
);
INSERT INTO "alarm" VALUES(1,1790000010000,'sos',2,'TUR01-1',NULL,1790000010003,'Aylin Demir');
INSERT INTO "alarm" VALUES(2,1790000010002,'not_authentic',3,'device 2',NULL,NULL,NULL);
CREATE TABLE carriage (
	report_id INTEGER NOT NULL, 
	gateway VARCHAR(32) NOT NULL, 
	boot_id BLOB NOT NULL, 
	digest BLOB NOT NULL, 
	heard_ms BIGINT NOT NULL, 
	arrived_ms BIGINT NOT NULL, 
	rssi_dbm INTEGER NOT NULL, 
	snr_db_x4 INTEGER NOT NULL, 
	hops INTEGER NOT NULL, 
	copies INTEGER NOT NULL, 
	PRIMARY KEY (report_id, gateway), 
	FOREIGN KEY(report_id) REFERENCES report (id)
);
INSERT INTO "carriage" VALUES(1,'hatay-1',X'626F6F742D696431',X'429F672379D8B85D',1790000005000,1790000010000,-90,20,0,1);
INSERT INTO "carriage" VALUES(2,'hatay-1',X'626F6F742D696431',X'45C3F963015DE03D',1790000005000,1790000010000,-90,20,0,2);
INSERT INTO "carriage" VALUES(3,'hatay-1',X'626F6F742D696431',X'72802B69B28DE532',1790000005000,1790000010002,-90,20,0,1);
CREATE TABLE change (
	id INTEGER NOT NULL, 
	at_ms BIGINT NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	report_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(report_id) REFERENCES report (id)
);
INSERT INTO "change" VALUES(1,1790000010000,'report',1);
INSERT INTO "change" VALUES(2,1790000010000,'report',2);
INSERT INTO "change" VALUES(3,1790000010000,'alarm',2);
INSERT INTO "change" VALUES(4,1790000010002,'report',3);
INSERT INTO "change" VALUES(5,1790000010002,'alarm',3);
INSERT INTO "change" VALUES(6,1790000010003,'state',2);
INSERT INTO "change" VALUES(7,1790000010003,'alarm',2);
CREATE TABLE gateway (
	name VARCHAR(32) NOT NULL, 
	country VARCHAR(8) NOT NULL, 
	connected BOOLEAN NOT NULL, 
	heard_ms BIGINT NOT NULL, 
	health TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE notice (
	id INTEGER NOT NULL, 
	sender VARCHAR(200) NOT NULL, 
	identifier VARCHAR(200) NOT NULL, 
	sent_s BIGINT NOT NULL, 
	mode VARCHAR(8) NOT NULL, 
	arrived_ms BIGINT NOT NULL, 
	person VARCHAR(80) NOT NULL, 
	body TEXT NOT NULL, 
	content BLOB NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (sender, identifier, sent_s)
);
CREATE TABLE owed (
	id INTEGER NOT NULL, 
	report_id INTEGER NOT NULL, 
	gateway VARCHAR(32) NOT NULL, 
	state INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(report_id) REFERENCES report (id)
);
INSERT INTO "owed" VALUES(1,2,'hatay-1',3);
CREATE TABLE quarantine (
	id INTEGER NOT NULL, 
	fingerprint BLOB NOT NULL, 
	at_ms BIGINT NOT NULL, 
	copies INTEGER NOT NULL, 
	reason VARCHAR(200) NOT NULL, 
	payload BLOB NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (fingerprint)
);
CREATE TABLE refusal (
	reason VARCHAR(32) NOT NULL, 
	count BIGINT NOT NULL, 
	last_ms BIGINT NOT NULL, 
	last_topic VARCHAR(200) NOT NULL, 
	last_payload BLOB NOT NULL, 
	PRIMARY KEY (reason)
);
CREATE TABLE report (
	id INTEGER NOT NULL, 
	device INTEGER NOT NULL, 
	generation INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	fingerprint BLOB NOT NULL, 
	standing VARCHAR(16) NOT NULL, 
	mode VARCHAR(8) NOT NULL, 
	type VARCHAR(32) NOT NULL, 
	priority INTEGER NOT NULL, 
	observed_s BIGINT, 
	arrived_ms BIGINT NOT NULL, 
	state INTEGER NOT NULL, 
	person VARCHAR(80), 
	lat_e5 INTEGER, 
	lon_e5 INTEGER, 
	body TEXT NOT NULL, 
	content BLOB NOT NULL, 
	end_to_end_tag BLOB NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (device, generation, seq, fingerprint)
);
INSERT INTO "report" VALUES(1,1,1,0,X'1777E7477F1CCFDD','authentic','exercise','position',0,1790000000,1790000010000,2,NULL,NULL,NULL,'{"type": "position", "mode": "exercise", "time": "2026-09-21T14:13:20Z", "position": null, "battery_pct": 80, "altitude_m": null}',X'1B00000B3D9EE25A20',X'925D6158');
INSERT INTO "report" VALUES(2,1,1,4,X'7E8EC1BDBCD1A203','authentic','exercise','sos',3,1790000000,1790000010000,3,'Aylin Demir',NULL,NULL,'{"type": "sos", "mode": "exercise", "time": "2026-09-21T14:13:20Z", "position": null, "phase": "declare", "kind": "unspecified", "people": 3, "battery_pct": null, "sos_reference": null}',X'1A00029AB204',X'AD113963');
INSERT INTO "report" VALUES(3,2,1,2,X'6DD44F32E0890817','not_authentic','exercise','position',0,1790000000,1790000010002,2,NULL,NULL,NULL,'{"type": "position", "mode": "exercise", "time": "2026-09-21T14:13:20Z", "position": null, "battery_pct": 80, "altitude_m": null}',X'1B00000B3D9EE25A20',X'556795B5');
CREATE TABLE schema_version (
	version INTEGER NOT NULL
);
INSERT INTO "schema_version" VALUES(1);
CREATE INDEX report_by_device ON report (device, generation, seq);
CREATE INDEX report_by_arrival ON report (arrived_ms);
CREATE INDEX report_by_sender ON report (device, id);
CREATE INDEX alarm_by_report ON alarm (report_id);
COMMIT;
