-- A small fleet as the last program before step 6 wrote it (tables of version 11).
-- Origin: commit addf4ad, its demonstration prepared at 2026-09-21 14:13:20 UTC with five days of past
-- and a record each 15 km, under the master key 00 01 02 ... 1f; then sqlite3's dump. Invented people.
BEGIN TRANSACTION;
CREATE TABLE "agent" (
   "agent_id" INTEGER PRIMARY KEY,
   "login" TEXT NOT NULL,
   "full_name" TEXT NOT NULL,
   "directorate_id" INTEGER NOT NULL REFERENCES "directorate"("directorate_id"),
   "role" TEXT NOT NULL,
   "password_hash" TEXT
, licence_recorded INTEGER NOT NULL DEFAULT 1) STRICT;
INSERT INTO "agent" VALUES(1,'claire.fontaine','Claire Fontaine',1,'agent','$argon2id$v=19$m=19456,t=2,p=1$8AVDy2DXrzC3ffgzb7QiXQ$PMCG8B49deTAjmqlvY90xmpXVJbe40vZgQboxQZ5tjw',1);
INSERT INTO "agent" VALUES(2,'mathieu.garnier','Mathieu Garnier',2,'agent','$argon2id$v=19$m=19456,t=2,p=1$Ufca2UzKwXgs7/KWZgM3QQ$32YPGFNb3j8KQkRlzep2DC3X/WhnEF+gGnPeekvgXKQ',1);
INSERT INTO "agent" VALUES(3,'leila.benali','Leïla Benali',3,'agent','$argon2id$v=19$m=19456,t=2,p=1$Xhpc0wH0E4bdPdyM6bqFPA$9eRJqSlrRigHe+arTOHtut98bbQ7PFF+KSMwNg5pu8o',1);
INSERT INTO "agent" VALUES(4,'yann.legoff','Yann Le Goff',4,'agent','$argon2id$v=19$m=19456,t=2,p=1$83SR0hEiNToaeDkaloLe4g$N99Fwt6Wbpckwic+I6e0fKhbjw8+N15XeSHSKFXtkFU',1);
INSERT INTO "agent" VALUES(5,'sophie.marchand','Sophie Marchand',1,'manager','$argon2id$v=19$m=19456,t=2,p=1$Xu+jhFGaw7oqLPwYm/cx2g$A1G+aUyKoHQocLZFFSVP3CNLDif2ydWzemdIzvjDsb8',1);
CREATE TABLE "badge" (
   "badge_id" INTEGER PRIMARY KEY,
   "agent_id" INTEGER NOT NULL REFERENCES "agent"("agent_id"),
   "uid_index" BLOB NOT NULL,
   "uid_sealed" BLOB NOT NULL
, key_sealed BLOB, revocation_id INTEGER REFERENCES revocation) STRICT;
INSERT INTO "badge" VALUES(1,1,X'D4B0841D096E4CEDE23D93202B815164029BD03740418D5571FD336BC5E6BF74',X'D31BAB555F788830EA69D8BFCBBD6329A5E0EEDD508F9D12D18A378C66DA3EF06E96FD',NULL,NULL);
INSERT INTO "badge" VALUES(2,2,X'24476D2EF152E113D5D0DDA50D03FA4A7D64456DD86913AE4CCB6E3B790D2052',X'0F8663CECA3A41284C5B87DF456B46986F148CCA9B3162A0F39BD5ED47F3066A366F50',NULL,NULL);
INSERT INTO "badge" VALUES(3,3,X'A3B8123D1258116422E546162CE1ABD6C5C5775E6E36221F4450F14CEAFB85D5',X'5E5273585E1CE9F5A0EA542028F3B058D53D37D5BE643BACA4959A1D5429EA73E0E4FB',NULL,NULL);
INSERT INTO "badge" VALUES(4,4,X'B685D1A18DBBAEE8A5C165A6FC746FA72CDA268FEF4D9CAD01EB8AD1225BE914',X'AABE0236C9AB715A68BB3AB292325D198661DAD7E93B258EED1BFA9469E7FC2A6670F5',NULL,NULL);
CREATE TABLE "booking" (
   "booking_id" INTEGER PRIMARY KEY,
   "vehicle_id" INTEGER NOT NULL REFERENCES "vehicle"("vehicle_id"),
   "agent_id" INTEGER NOT NULL REFERENCES "agent"("agent_id"),
   "directorate_id" INTEGER NOT NULL REFERENCES "directorate"("directorate_id"),
   "starts_at_s" INTEGER NOT NULL,
   "ends_at_s" INTEGER NOT NULL,
   "purpose" TEXT NOT NULL,
   "state" TEXT NOT NULL,
   "created_at_s" INTEGER NOT NULL
, private INTEGER NOT NULL DEFAULT 0, planned_km INTEGER) STRICT;
INSERT INTO "booking" VALUES(1,2,4,4,1789560000,1789570800,'Réunion en sous-préfecture','active',1789560000,0,NULL);
INSERT INTO "booking" VALUES(2,2,1,1,1789624800,1789635600,'Réunion en sous-préfecture','active',1789624800,0,NULL);
INSERT INTO "booking" VALUES(3,2,4,4,1789646400,1789657200,'Contrôle d’un établissement','active',1789646400,0,NULL);
INSERT INTO "booking" VALUES(4,2,2,2,1789711200,1789722000,'Réunion en sous-préfecture','active',1789711200,0,NULL);
INSERT INTO "booking" VALUES(5,1,1,1,1789624800,1789635600,'Visite de chantier','active',1789624800,0,NULL);
INSERT INTO "booking" VALUES(6,1,1,1,1789646400,1789657200,'Commission de sécurité','active',1789646400,0,NULL);
INSERT INTO "booking" VALUES(7,2,3,3,1789999200,1790042400,'Tournée de démonstration','active',1790000000,0,NULL);
INSERT INTO "booking" VALUES(8,2,1,1,1790060400,1790071200,'Contrôle d’un établissement','active',1790000000,0,NULL);
INSERT INTO "booking" VALUES(9,2,4,4,1790078400,1790089200,'Commission de sécurité','active',1790000000,0,NULL);
INSERT INTO "booking" VALUES(10,2,2,2,1790143200,1790154000,'Inspection du travail','active',1790000000,0,NULL);
INSERT INTO "booking" VALUES(11,2,3,3,1790247600,1790265600,'Rendez-vous en mairie','active',1790000000,0,NULL);
INSERT INTO "booking" VALUES(12,2,1,1,1790319600,1790344800,'Commission de sécurité','active',1790000000,0,NULL);
INSERT INTO "booking" VALUES(13,1,2,2,1789999200,1790042400,'Tournée de démonstration','active',1790000000,0,NULL);
INSERT INTO "booking" VALUES(14,1,2,2,1790060400,1790071200,'Réunion en sous-préfecture','active',1790000000,0,NULL);
INSERT INTO "booking" VALUES(15,1,1,1,1790078400,1790089200,'Rendez-vous en mairie','active',1790000000,0,NULL);
INSERT INTO "booking" VALUES(16,1,3,3,1790143200,1790154000,'Commission de sécurité','active',1790000000,0,NULL);
INSERT INTO "booking" VALUES(17,1,4,4,1790247600,1790265600,'Visite de chantier','active',1790000000,0,NULL);
INSERT INTO "booking" VALUES(18,1,2,2,1790319600,1790344800,'Rendez-vous en mairie','active',1790000000,0,NULL);
CREATE TABLE booking_equipment (
  booking_id INTEGER NOT NULL REFERENCES booking,
  equipment_id INTEGER NOT NULL REFERENCES equipment,
  PRIMARY KEY (booking_id, equipment_id)
) STRICT;
CREATE TABLE "box" (
   "box_id" INTEGER PRIMARY KEY,
   "wire_id" BLOB NOT NULL,
   "vehicle_id" INTEGER NOT NULL REFERENCES "vehicle"("vehicle_id"),
   "generation" INTEGER NOT NULL,
   "badge_key_sealed" BLOB NOT NULL,
   "epoch" INTEGER NOT NULL DEFAULT 1,
   "retired_at_s" INTEGER,
   "firmware_version" TEXT,
   "last_seen_s" INTEGER,
   "relay" TEXT NOT NULL DEFAULT 'unknown',
   "clock_source" TEXT NOT NULL DEFAULT 'none',
   "grants_generation" INTEGER NOT NULL DEFAULT 0,
   "grants_hash" BLOB,
   "grants_sent_at_s" INTEGER,
   "grants_confirmed" INTEGER NOT NULL DEFAULT 0
, grants_set BLOB, revocation_confirmed INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "box" VALUES(1,X'5DE863B889916933',2,1,X'B9CA8660AD48A7E595604AFF42BCFFF0BDC7C8A8106AD4675918017996AD607574FBCA9FE8B1DF0103252E071A90AFFA77648614B4DC9EB581760E31',0,NULL,NULL,1789715015,'unknown','none',0,NULL,NULL,0,NULL,0);
INSERT INTO "box" VALUES(2,X'617FD4D30BF8812F',1,1,X'323FC0E363D9A2DB5E29B20A4B71AB4BDCA4588713F2FED385321B11EE39F3D1E721BFD7BC0D4BD55D38214DF335B37759EB9147265F5897B9E44DBF',0,NULL,NULL,1789651557,'unknown','none',0,NULL,NULL,0,NULL,0);
CREATE TABLE "box_key" (
   "box_id" INTEGER NOT NULL REFERENCES "box"("box_id"),
   "generation" INTEGER NOT NULL,
   "key_sealed" BLOB NOT NULL,
   "created_at_s" INTEGER,
   "retired_at_s" INTEGER,
   PRIMARY KEY ("box_id", "generation")
) STRICT;
INSERT INTO "box_key" VALUES(1,1,X'369BDE7CD61D4D5745A22E9F45DF3906CEE763A990B79C6A65D6FFDC7EC7945D8F3CA058330C1AF5AD04100FE0E891484754BC4FABA5B0B1723E4C86',1790000000,NULL);
INSERT INTO "box_key" VALUES(2,1,X'45780E7FB5E0619D44E8AAF1E1C9D3351EDB267B59157D1AB57E695F068908F542C35E674C3DDE7304CAF8D68D277CA1F514F3378522221E5737F7A3',1790000000,NULL);
CREATE TABLE "command" (
   "command_id" INTEGER PRIMARY KEY,
   "box_id" INTEGER NOT NULL REFERENCES "box"("box_id"),
   "kind" TEXT NOT NULL,
   "created_at_s" INTEGER NOT NULL,
   "expires_at_s" INTEGER NOT NULL,
   "state" TEXT NOT NULL
) STRICT;
CREATE TABLE "companion" (
   "booking_id" INTEGER NOT NULL REFERENCES "booking"("booking_id"),
   "agent_id" INTEGER NOT NULL REFERENCES "agent"("agent_id"),
   "drives" INTEGER NOT NULL,
   PRIMARY KEY ("booking_id", "agent_id")
) STRICT;
CREATE TABLE "directorate" (
   "directorate_id" INTEGER PRIMARY KEY,
   "code" TEXT NOT NULL,
   "name" TEXT NOT NULL
) STRICT;
INSERT INTO "directorate" VALUES(1,'PREF','Préfecture de la Sarthe');
INSERT INTO "directorate" VALUES(2,'DDT','Direction départementale des territoires');
INSERT INTO "directorate" VALUES(3,'DDPP','Direction départementale de la protection des populations');
INSERT INTO "directorate" VALUES(4,'DDETS','Direction départementale de l’emploi, du travail et des solidarités');
CREATE TABLE equipment (
  equipment_id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  site_id INTEGER NOT NULL REFERENCES site
) STRICT;
INSERT INTO "equipment" VALUES(1,'SIEGE-1','Siège enfant',1);
CREATE TABLE "feedback" (
   "trip_id" INTEGER PRIMARY KEY REFERENCES "trip"("trip_id"),
   "rating" INTEGER,
   "message" TEXT NOT NULL,
   "damage" INTEGER NOT NULL,
   "said_at_s" INTEGER NOT NULL,
   "answer" TEXT,
   "answered_at_s" INTEGER,
   "answered_by_id" INTEGER REFERENCES "agent"("agent_id"),
   "read_at_s" INTEGER
) STRICT;
INSERT INTO "feedback" VALUES(3,2,'Le voyant de pression des pneus s’allume sur la rocade.',0,1789653138,'Merci de l’avoir signalé : les pneus ont été regonflés ce matin.',1789663938,5,NULL);
INSERT INTO "feedback" VALUES(4,4,'Le câble du chargeur de téléphone manque.',0,1789715613,NULL,NULL,NULL,NULL);
INSERT INTO "feedback" VALUES(5,5,'Voiture propre et réservoir plein, merci à la personne d’avant !',0,1789630297,'Merci, nous le lui dirons.',1789641097,5,NULL);
INSERT INTO "feedback" VALUES(6,3,'Impact sur le pare-brise, côté passager. Il était là au départ.',1,1789652155,NULL,NULL,NULL,NULL);
CREATE TABLE "gap" (
   "box_id" INTEGER NOT NULL REFERENCES "box"("box_id"),
   "epoch" INTEGER NOT NULL,
   "first_seq" INTEGER NOT NULL,
   "last_seq" INTEGER NOT NULL,
   "noted_at_s" INTEGER NOT NULL,
   PRIMARY KEY ("box_id", "epoch", "first_seq")
) STRICT;
CREATE TABLE "leg" (
   "leg_id" INTEGER PRIMARY KEY,
   "trip_id" INTEGER NOT NULL REFERENCES "trip"("trip_id"),
   "started_at_s" INTEGER NOT NULL,
   "ended_at_s" INTEGER,
   "start_odometer_m" INTEGER NOT NULL,
   "last_odometer_m" INTEGER NOT NULL
) STRICT;
INSERT INTO "leg" VALUES(1,1,1789560191,1789562825,12874900,12911685);
INSERT INTO "leg" VALUES(2,1,1789564242,1789566876,12911685,12948470);
INSERT INTO "leg" VALUES(3,2,1789625502,1789626401,12948470,12960974);
INSERT INTO "leg" VALUES(4,2,1789628767,1789629666,12960974,12973478);
INSERT INTO "leg" VALUES(5,3,1789646870,1789648632,12973478,12998061);
INSERT INTO "leg" VALUES(6,3,1789649544,1789651306,12998061,13022644);
INSERT INTO "leg" VALUES(7,4,1789711642,1789712077,13022644,13028658);
INSERT INTO "leg" VALUES(8,4,1789713725,1789714160,13028658,13034672);
INSERT INTO "leg" VALUES(9,5,1789625317,1789626040,48213400,48223451);
INSERT INTO "leg" VALUES(10,5,1789627457,1789628180,48223451,48233502);
INSERT INTO "leg" VALUES(11,6,1789646838,1789647880,48233502,48248018);
INSERT INTO "leg" VALUES(12,6,1789649567,1789650609,48248018,48262534);
CREATE TABLE news (news_id INTEGER PRIMARY KEY AUTOINCREMENT, vehicle_id INTEGER) STRICT;
INSERT INTO "news" VALUES(1,NULL);
INSERT INTO "news" VALUES(2,2);
INSERT INTO "news" VALUES(3,2);
INSERT INTO "news" VALUES(4,2);
INSERT INTO "news" VALUES(5,2);
INSERT INTO "news" VALUES(6,2);
INSERT INTO "news" VALUES(7,1);
INSERT INTO "news" VALUES(8,1);
INSERT INTO "news" VALUES(9,1);
INSERT INTO "news" VALUES(10,2);
INSERT INTO "news" VALUES(11,2);
INSERT INTO "news" VALUES(12,2);
INSERT INTO "news" VALUES(13,2);
INSERT INTO "news" VALUES(14,2);
INSERT INTO "news" VALUES(15,2);
INSERT INTO "news" VALUES(16,1);
INSERT INTO "news" VALUES(17,1);
INSERT INTO "news" VALUES(18,1);
INSERT INTO "news" VALUES(19,1);
INSERT INTO "news" VALUES(20,1);
INSERT INTO "news" VALUES(21,1);
CREATE TABLE "occupant" (
   "trip_id" INTEGER NOT NULL REFERENCES "trip"("trip_id"),
   "agent_id" INTEGER NOT NULL REFERENCES "agent"("agent_id"),
   PRIMARY KEY ("trip_id", "agent_id")
) STRICT;
CREATE TABLE "out_of_service" (
   "vehicle_id" INTEGER NOT NULL REFERENCES "vehicle"("vehicle_id"),
   "from_s" INTEGER NOT NULL,
   "to_s" INTEGER NOT NULL,
   PRIMARY KEY ("vehicle_id", "from_s")
) STRICT;
CREATE TABLE "record" (
   "box_id" INTEGER NOT NULL REFERENCES "box"("box_id"),
   "epoch" INTEGER NOT NULL,
   "seq" INTEGER NOT NULL,
   "kind" INTEGER NOT NULL,
   "kind_name" TEXT NOT NULL,
   "at_s" INTEGER,
   "received_at_s" INTEGER NOT NULL,
   "trip_id" INTEGER REFERENCES "trip"("trip_id"),
   "fields" TEXT NOT NULL,
   "body" BLOB NOT NULL,
   PRIMARY KEY ("box_id", "epoch", "seq")
) STRICT;
INSERT INTO "record" VALUES(1,1,1,2,'trip_start',1789560171,1789568538,1,'{"odometer_m": 12874900, "grant_id": 1, "assurance": "low", "lat_e7": 480061000, "lon_e7": 1996000}',X'702DCF38749FB4540000000100C474941C9D2648001E74E00000');
INSERT INTO "record" VALUES(1,1,2,4,'leg_start',1789560191,1789568538,1,'{"odometer_m": 12874900}',X'00C47494');
INSERT INTO "record" VALUES(1,1,3,6,'odometer',1789561263,1789568538,1,'{"odometer_m": 12889900}',X'00C4AF2C');
INSERT INTO "record" VALUES(1,1,4,6,'odometer',1789562335,1789568538,1,'{"odometer_m": 12904900}',X'00C4E9C4');
INSERT INTO "record" VALUES(1,1,5,6,'odometer',1789562820,1789568538,1,'{"odometer_m": 12911685}',X'00C50445');
INSERT INTO "record" VALUES(1,1,6,5,'leg_end',1789562825,1789568538,1,'{"odometer_m": 12911685}',X'00C50445');
INSERT INTO "record" VALUES(1,1,7,4,'leg_start',1789564242,1789568538,1,'{"odometer_m": 12911685}',X'00C50445');
INSERT INTO "record" VALUES(1,1,8,6,'odometer',1789565314,1789568538,1,'{"odometer_m": 12926685}',X'00C53EDD');
INSERT INTO "record" VALUES(1,1,9,6,'odometer',1789566386,1789568538,1,'{"odometer_m": 12941685}',X'00C57975');
INSERT INTO "record" VALUES(1,1,10,6,'odometer',1789566871,1789568538,1,'{"odometer_m": 12948470}',X'00C593F6');
INSERT INTO "record" VALUES(1,1,11,5,'leg_end',1789566876,1789568538,1,'{"odometer_m": 12948470}',X'00C593F6');
INSERT INTO "record" VALUES(1,1,12,3,'trip_end',1789568536,1789568538,1,'{"odometer_m": 12948470, "reason": "badge_held", "lat_e7": 480061000, "lon_e7": 1996000}',X'00C593F61C9D2648001E74E001');
INSERT INTO "record" VALUES(1,1,13,7,'refusal',1789624820,1789631344,NULL,'{"reason": "unknown_badge"}',X'4E38475D910BBC0201');
INSERT INTO "record" VALUES(1,1,14,2,'trip_start',1789625482,1789631344,2,'{"odometer_m": 12948470, "grant_id": 2, "assurance": "low", "lat_e7": 480061000, "lon_e7": 1996000}',X'60B4BEC0AE983CCA0000000200C593F61C9D2648001E74E00000');
INSERT INTO "record" VALUES(1,1,15,4,'leg_start',1789625502,1789631344,2,'{"odometer_m": 12948470}',X'00C593F6');
INSERT INTO "record" VALUES(1,1,16,6,'odometer',1789626396,1789631344,2,'{"odometer_m": 12960974}',X'00C5C4CE');
INSERT INTO "record" VALUES(1,1,17,5,'leg_end',1789626401,1789631344,2,'{"odometer_m": 12960974}',X'00C5C4CE');
INSERT INTO "record" VALUES(1,1,18,4,'leg_start',1789628767,1789631344,2,'{"odometer_m": 12960974}',X'00C5C4CE');
INSERT INTO "record" VALUES(1,1,19,6,'odometer',1789629661,1789631344,2,'{"odometer_m": 12973478}',X'00C5F5A6');
INSERT INTO "record" VALUES(1,1,20,5,'leg_end',1789629666,1789631344,2,'{"odometer_m": 12973478}',X'00C5F5A6');
INSERT INTO "record" VALUES(1,1,21,3,'trip_end',1789631342,1789631344,2,'{"odometer_m": 12973478, "reason": "badge_held", "lat_e7": 480061000, "lon_e7": 1996000}',X'00C5F5A61C9D2648001E74E001');
INSERT INTO "record" VALUES(1,1,22,2,'trip_start',1789646820,1789652540,3,'{"odometer_m": 12973478, "grant_id": 3, "assurance": "low", "lat_e7": 480061000, "lon_e7": 1996000}',X'702DCF38749FB4540000000300C5F5A61C9D2648001E74E00000');
INSERT INTO "record" VALUES(1,1,23,4,'leg_start',1789646870,1789652540,3,'{"odometer_m": 12973478}',X'00C5F5A6');
INSERT INTO "record" VALUES(1,1,24,6,'odometer',1789647942,1789652540,3,'{"odometer_m": 12988478}',X'00C6303E');
INSERT INTO "record" VALUES(1,1,25,6,'odometer',1789648627,1789652540,3,'{"odometer_m": 12998061}',X'00C655AD');
INSERT INTO "record" VALUES(1,1,26,5,'leg_end',1789648632,1789652540,3,'{"odometer_m": 12998061}',X'00C655AD');
INSERT INTO "record" VALUES(1,1,27,4,'leg_start',1789649544,1789652540,3,'{"odometer_m": 12998061}',X'00C655AD');
INSERT INTO "record" VALUES(1,1,28,6,'odometer',1789650616,1789652540,3,'{"odometer_m": 13013061}',X'00C69045');
INSERT INTO "record" VALUES(1,1,29,6,'odometer',1789651301,1789652540,3,'{"odometer_m": 13022644}',X'00C6B5B4');
INSERT INTO "record" VALUES(1,1,30,5,'leg_end',1789651306,1789652540,3,'{"odometer_m": 13022644}',X'00C6B5B4');
INSERT INTO "record" VALUES(1,1,31,3,'trip_end',1789652538,1789652540,3,'{"odometer_m": 13022644, "reason": "badge_held", "lat_e7": 480061000, "lon_e7": 1996000}',X'00C6B5B41C9D2648001E74E001');
INSERT INTO "record" VALUES(1,1,32,2,'trip_start',1789711620,1789715015,4,'{"odometer_m": 13022644, "grant_id": 4, "assurance": "low", "lat_e7": 480061000, "lon_e7": 1996000}',X'AD0F8B81769F80ED0000000400C6B5B41C9D2648001E74E00000');
INSERT INTO "record" VALUES(1,1,33,4,'leg_start',1789711642,1789715015,4,'{"odometer_m": 13022644}',X'00C6B5B4');
INSERT INTO "record" VALUES(1,1,34,6,'odometer',1789712072,1789715015,4,'{"odometer_m": 13028658}',X'00C6CD32');
INSERT INTO "record" VALUES(1,1,35,5,'leg_end',1789712077,1789715015,4,'{"odometer_m": 13028658}',X'00C6CD32');
INSERT INTO "record" VALUES(1,1,36,4,'leg_start',1789713725,1789715015,4,'{"odometer_m": 13028658}',X'00C6CD32');
INSERT INTO "record" VALUES(1,1,37,6,'odometer',1789714155,1789715015,4,'{"odometer_m": 13034672}',X'00C6E4B0');
INSERT INTO "record" VALUES(1,1,38,5,'leg_end',1789714160,1789715015,4,'{"odometer_m": 13034672}',X'00C6E4B0');
INSERT INTO "record" VALUES(1,1,39,3,'trip_end',1789715013,1789715015,4,'{"odometer_m": 13034672, "reason": "badge_held", "lat_e7": 480061000, "lon_e7": 1996000}',X'00C6E4B01C9D2648001E74E001');
INSERT INTO "record" VALUES(2,1,1,2,'trip_start',1789625284,1789629699,5,'{"odometer_m": 48213400, "grant_id": 5, "assurance": "low", "lat_e7": 480061000, "lon_e7": 1996000}',X'6AC957CF614A36000000000502DFAD981C9D2648001E74E00000');
INSERT INTO "record" VALUES(2,1,2,4,'leg_start',1789625317,1789629699,5,'{"odometer_m": 48213400}',X'02DFAD98');
INSERT INTO "record" VALUES(2,1,3,6,'odometer',1789626035,1789629699,5,'{"odometer_m": 48223451}',X'02DFD4DB');
INSERT INTO "record" VALUES(2,1,4,5,'leg_end',1789626040,1789629699,5,'{"odometer_m": 48223451}',X'02DFD4DB');
INSERT INTO "record" VALUES(2,1,5,4,'leg_start',1789627457,1789629699,5,'{"odometer_m": 48223451}',X'02DFD4DB');
INSERT INTO "record" VALUES(2,1,6,6,'odometer',1789628175,1789629699,5,'{"odometer_m": 48233502}',X'02DFFC1E');
INSERT INTO "record" VALUES(2,1,7,5,'leg_end',1789628180,1789629699,5,'{"odometer_m": 48233502}',X'02DFFC1E');
INSERT INTO "record" VALUES(2,1,8,3,'trip_end',1789629697,1789629699,5,'{"odometer_m": 48233502, "reason": "badge_held", "lat_e7": 480061000, "lon_e7": 1996000}',X'02DFFC1E1C9D2648001E74E001');
INSERT INTO "record" VALUES(2,1,9,7,'refusal',1789646420,1789651557,NULL,'{"reason": "unknown_badge"}',X'868B4E9CFFE0039701');
INSERT INTO "record" VALUES(2,1,10,2,'trip_start',1789646792,1789651557,6,'{"odometer_m": 48233502, "grant_id": 6, "assurance": "low", "lat_e7": 480061000, "lon_e7": 1996000}',X'6AC957CF614A36000000000602DFFC1E1C9D2648001E74E00000');
INSERT INTO "record" VALUES(2,1,11,4,'leg_start',1789646838,1789651557,6,'{"odometer_m": 48233502}',X'02DFFC1E');
INSERT INTO "record" VALUES(2,1,12,6,'odometer',1789647875,1789651557,6,'{"odometer_m": 48248018}',X'02E034D2');
INSERT INTO "record" VALUES(2,1,13,5,'leg_end',1789647880,1789651557,6,'{"odometer_m": 48248018}',X'02E034D2');
INSERT INTO "record" VALUES(2,1,14,4,'leg_start',1789649567,1789651557,6,'{"odometer_m": 48248018}',X'02E034D2');
INSERT INTO "record" VALUES(2,1,15,6,'odometer',1789650604,1789651557,6,'{"odometer_m": 48262534}',X'02E06D86');
INSERT INTO "record" VALUES(2,1,16,5,'leg_end',1789650609,1789651557,6,'{"odometer_m": 48262534}',X'02E06D86');
INSERT INTO "record" VALUES(2,1,17,3,'trip_end',1789651555,1789651557,6,'{"odometer_m": 48262534, "reason": "badge_held", "lat_e7": 480061000, "lon_e7": 1996000}',X'02E06D861C9D2648001E74E001');
CREATE TABLE "refusal" (
   "refusal_id" INTEGER PRIMARY KEY,
   "vehicle_id" INTEGER NOT NULL REFERENCES "vehicle"("vehicle_id"),
   "at_s" INTEGER,
   "received_at_s" INTEGER NOT NULL,
   "reason" TEXT NOT NULL,
   "agent_id" INTEGER REFERENCES "agent"("agent_id"),
   "directorate_id" INTEGER REFERENCES "directorate"("directorate_id")
, booking_id INTEGER REFERENCES booking) STRICT;
INSERT INTO "refusal" VALUES(1,2,1789624820,1789631344,'unknown_badge',NULL,NULL,NULL);
INSERT INTO "refusal" VALUES(2,1,1789646420,1789651557,'unknown_badge',NULL,NULL,NULL);
CREATE TABLE "revocation" (
   "revocation_id" INTEGER PRIMARY KEY,
   "revoked_at_s" INTEGER NOT NULL
) STRICT;
CREATE TABLE "site" (
   "site_id" INTEGER PRIMARY KEY,
   "code" TEXT NOT NULL,
   "name" TEXT NOT NULL
, lat_e7 INTEGER, lon_e7 INTEGER, radius_m INTEGER) STRICT;
INSERT INTO "site" VALUES(1,'PREF','Parc de la préfecture, Le Mans',NULL,NULL,NULL);
CREATE TABLE "trip" (
   "trip_id" INTEGER PRIMARY KEY,
   "box_id" INTEGER NOT NULL REFERENCES "box"("box_id"),
   "vehicle_id" INTEGER NOT NULL REFERENCES "vehicle"("vehicle_id"),
   "agent_id" INTEGER REFERENCES "agent"("agent_id"),
   "directorate_id" INTEGER REFERENCES "directorate"("directorate_id"),
   "booking_id" INTEGER REFERENCES "booking"("booking_id"),
   "started_at_s" INTEGER NOT NULL,
   "ended_at_s" INTEGER,
   "start_odometer_m" INTEGER NOT NULL,
   "last_odometer_m" INTEGER NOT NULL,
   "distance_m" INTEGER NOT NULL,
   "state" TEXT NOT NULL,
   "end_reason" TEXT,
   "start_lat_e7" INTEGER,
   "start_lon_e7" INTEGER,
   "end_lat_e7" INTEGER,
   "end_lon_e7" INTEGER
, assurance TEXT NOT NULL DEFAULT 'low', wrong_site INTEGER NOT NULL DEFAULT 0, private INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "trip" VALUES(1,1,2,4,4,1,1789560171,1789568536,12874900,12948470,73570,'ended','badge_held',480061000,1996000,480061000,1996000,'low',0,0);
INSERT INTO "trip" VALUES(2,1,2,1,1,2,1789625482,1789631342,12948470,12973478,25008,'ended','badge_held',480061000,1996000,480061000,1996000,'low',0,0);
INSERT INTO "trip" VALUES(3,1,2,4,4,3,1789646820,1789652538,12973478,13022644,49166,'ended','badge_held',480061000,1996000,480061000,1996000,'low',0,0);
INSERT INTO "trip" VALUES(4,1,2,2,2,4,1789711620,1789715013,13022644,13034672,12028,'ended','badge_held',480061000,1996000,480061000,1996000,'low',0,0);
INSERT INTO "trip" VALUES(5,2,1,1,1,5,1789625284,1789629697,48213400,48233502,20102,'ended','badge_held',480061000,1996000,480061000,1996000,'low',0,0);
INSERT INTO "trip" VALUES(6,2,1,1,1,6,1789646792,1789651555,48233502,48262534,29032,'ended','badge_held',480061000,1996000,480061000,1996000,'low',0,0);
CREATE TABLE "vehicle" (
   "vehicle_id" INTEGER PRIMARY KEY,
   "plate" TEXT NOT NULL,
   "label" TEXT NOT NULL,
   "site_id" INTEGER NOT NULL REFERENCES "site"("site_id")
, walk_up INTEGER NOT NULL DEFAULT 0, private_use INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "vehicle" VALUES(1,'GK-418-TR','Renault Clio',1,0,0);
INSERT INTO "vehicle" VALUES(2,'FX-752-BM','Peugeot 208',1,0,0);
CREATE UNIQUE INDEX "idx_directorate_code"
    ON "directorate" ("code");
CREATE UNIQUE INDEX "idx_site_code"
    ON "site" ("code");
CREATE UNIQUE INDEX "idx_agent_login"
    ON "agent" ("login");
CREATE UNIQUE INDEX "idx_badge_uid_index"
    ON "badge" ("uid_index");
CREATE INDEX "idx_badge_agent_id"
    ON "badge" ("agent_id");
CREATE UNIQUE INDEX "idx_vehicle_plate"
    ON "vehicle" ("plate");
CREATE UNIQUE INDEX "idx_box_wire_id"
    ON "box" ("wire_id");
CREATE UNIQUE INDEX box_in_service ON box (vehicle_id) WHERE retired_at_s IS NULL;
CREATE INDEX "idx_command_box_id_state"
    ON "command" ("box_id", "state");
CREATE INDEX "idx_booking_vehicle_id_state_starts_at_s"
    ON "booking" ("vehicle_id", "state", "starts_at_s");
CREATE INDEX "idx_booking_agent_id_ends_at_s"
    ON "booking" ("agent_id", "ends_at_s");
CREATE TRIGGER booking_guard_INSERT BEFORE INSERT ON booking WHEN NEW.state = 'active'
BEGIN
  SELECT RAISE(ABORT, 'booking ends before it starts') WHERE NEW.ends_at_s <= NEW.starts_at_s;
  SELECT RAISE(ABORT, 'booking overlap') WHERE EXISTS (
    SELECT 1 FROM booking
    WHERE vehicle_id = NEW.vehicle_id AND state = 'active' AND booking_id IS NOT NEW.booking_id
      AND starts_at_s < NEW.ends_at_s AND NEW.starts_at_s < ends_at_s
  );
END;
CREATE TRIGGER booking_guard_UPDATE BEFORE UPDATE ON booking WHEN NEW.state = 'active'
BEGIN
  SELECT RAISE(ABORT, 'booking ends before it starts') WHERE NEW.ends_at_s <= NEW.starts_at_s;
  SELECT RAISE(ABORT, 'booking overlap') WHERE EXISTS (
    SELECT 1 FROM booking
    WHERE vehicle_id = NEW.vehicle_id AND state = 'active' AND booking_id IS NOT NEW.booking_id
      AND starts_at_s < NEW.ends_at_s AND NEW.starts_at_s < ends_at_s
  );
END;
CREATE UNIQUE INDEX trip_under_way ON trip (box_id) WHERE state <> 'ended';
CREATE INDEX "idx_trip_vehicle_id_started_at_s"
    ON "trip" ("vehicle_id", "started_at_s");
CREATE INDEX "idx_trip_agent_id_started_at_s"
    ON "trip" ("agent_id", "started_at_s");
CREATE INDEX "idx_trip_directorate_id_started_at_s"
    ON "trip" ("directorate_id", "started_at_s");
CREATE INDEX "idx_leg_trip_id"
    ON "leg" ("trip_id");
CREATE INDEX "idx_refusal_received_at_s"
    ON "refusal" ("received_at_s");
CREATE INDEX bookings_of_equipment ON booking_equipment (equipment_id);
CREATE TRIGGER equipment_guard_INSERT BEFORE INSERT ON booking_equipment
BEGIN
  SELECT RAISE(ABORT, 'equipment elsewhere') WHERE NOT EXISTS (
    SELECT 1 FROM booking JOIN vehicle USING (vehicle_id) JOIN equipment USING (site_id)
    WHERE booking_id = NEW.booking_id AND equipment_id = NEW.equipment_id
  );
  SELECT RAISE(ABORT, 'equipment overlap')
  FROM booking own JOIN booking other JOIN booking_equipment theirs
    ON theirs.booking_id = other.booking_id
  WHERE own.booking_id = NEW.booking_id AND theirs.equipment_id = NEW.equipment_id
    AND own.state = 'active' AND other.state = 'active' AND other.booking_id <> own.booking_id
    AND other.starts_at_s < own.ends_at_s AND own.starts_at_s < other.ends_at_s;
END;
CREATE TRIGGER equipment_guard_UPDATE BEFORE UPDATE ON booking_equipment
BEGIN
  SELECT RAISE(ABORT, 'equipment elsewhere') WHERE NOT EXISTS (
    SELECT 1 FROM booking JOIN vehicle USING (vehicle_id) JOIN equipment USING (site_id)
    WHERE booking_id = NEW.booking_id AND equipment_id = NEW.equipment_id
  );
  SELECT RAISE(ABORT, 'equipment overlap')
  FROM booking own JOIN booking other JOIN booking_equipment theirs
    ON theirs.booking_id = other.booking_id
  WHERE own.booking_id = NEW.booking_id AND theirs.equipment_id = NEW.equipment_id
    AND own.state = 'active' AND other.state = 'active' AND other.booking_id <> own.booking_id
    AND other.starts_at_s < own.ends_at_s AND own.starts_at_s < other.ends_at_s;
END;
CREATE TRIGGER booking_equipment_guard BEFORE UPDATE ON booking WHEN NEW.state = 'active'
BEGIN
  SELECT RAISE(ABORT, 'equipment elsewhere')
  FROM booking_equipment JOIN equipment e USING (equipment_id)
  WHERE booking_id = NEW.booking_id AND NEW.vehicle_id <> OLD.vehicle_id
    AND e.site_id <> (SELECT site_id FROM vehicle WHERE vehicle_id = NEW.vehicle_id);
  SELECT RAISE(ABORT, 'equipment overlap')
  FROM booking_equipment ours JOIN booking_equipment theirs USING (equipment_id)
    JOIN booking other ON other.booking_id = theirs.booking_id
  WHERE ours.booking_id = NEW.booking_id
    AND other.state = 'active' AND other.booking_id <> NEW.booking_id
    AND other.starts_at_s < NEW.ends_at_s AND NEW.starts_at_s < other.ends_at_s;
END;
CREATE INDEX booking_active_until ON booking (ends_at_s, starts_at_s, vehicle_id) WHERE state = 'active';
CREATE INDEX booking_of_agent ON booking (agent_id, starts_at_s);
CREATE INDEX out_of_service_until ON out_of_service (to_s, from_s);
CREATE INDEX trip_by_start ON trip (started_at_s, trip_id, distance_m, private);
CREATE INDEX trip_of_booking ON trip (booking_id);
CREATE INDEX record_of_trip ON record (trip_id, epoch, seq);
CREATE INDEX record_wear ON record (box_id, epoch, seq) WHERE kind_name = 'wear';
CREATE INDEX refusal_of_agent ON refusal (agent_id, received_at_s);
CREATE INDEX feedback_waiting ON feedback (damage DESC, said_at_s, trip_id) WHERE message <> '' AND answer IS NULL;
CREATE INDEX feedback_unread ON feedback (trip_id) WHERE answer IS NOT NULL AND read_at_s IS NULL;
CREATE INDEX feedback_by_time ON feedback (said_at_s);
CREATE INDEX agent_by_name ON agent (full_name, agent_id);
CREATE INDEX badge_revoked ON badge (revocation_id) WHERE revocation_id IS NOT NULL;
CREATE INDEX news_of_car ON news (vehicle_id);
CREATE INDEX badge_with_key ON badge (badge_id) WHERE key_sealed IS NOT NULL;
CREATE INDEX revocation_when ON revocation (revoked_at_s);
CREATE INDEX agent_role ON agent (role);
CREATE INDEX agent_without_licence ON agent (agent_id) WHERE licence_recorded = 0;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('news',21);
COMMIT;
PRAGMA user_version = 11;
