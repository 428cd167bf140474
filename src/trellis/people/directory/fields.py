"""The fields that a directory file may fill, and how headers of many systems and languages spell them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Field(StrEnum):
    """Values are the names of Person's columns, apart from FULL_NAME and MANAGER."""

    EXTERNAL_ID = "external_id"
    EMAIL = "email"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    FULL_NAME = "full_name"  # given and family name in one column
    PREFERRED_NAME = "preferred_name"
    JOB_TITLE = "job_title"
    LEVEL = "level"
    UNIT = "unit"
    LOCATION = "location"
    TIME_ZONE = "time_zone"
    LANGUAGES = "languages"
    HIRED_ON = "hired_on"
    PROMOTED_ON = "promoted_on"
    LEFT_ON = "left_on"
    MANAGER = "manager"
    STATUS = "status"
    FULL_TIME = "full_time"


LABELS: dict[str, str | Promise] = {
    Field.EXTERNAL_ID: _("Employee ID"), Field.EMAIL: _("Work e-mail"), Field.GIVEN_NAME: _("Given name"),
    Field.FAMILY_NAME: _("Family name"), Field.FULL_NAME: _("Given and family name"),
    Field.PREFERRED_NAME: _("Preferred name"), Field.JOB_TITLE: _("Job title"), Field.LEVEL: _("Career level"),
    Field.UNIT: _("Unit"), Field.LOCATION: _("Site"), Field.TIME_ZONE: _("Time zone"),
    Field.LANGUAGES: _("Languages"), Field.HIRED_ON: _("Hired on"), Field.PROMOTED_ON: _("Last promotion"),
    Field.LEFT_ON: _("Left on"), Field.MANAGER: _("Line manager (employee ID)"), Field.STATUS: _("Status"),
    Field.FULL_TIME: _("Full time"),
}  # fmt: skip

DATES = (Field.HIRED_ON, Field.PROMOTED_ON, Field.LEFT_ON)

SPELLINGS: dict[Field, str] = {
    Field.EXTERNAL_ID: "employee id, employee number, employee no, emp id, empid, worker id, staff id, person id, "
    "personnel number, external id, hr id, id, personalnummer, mitarbeiternummer, mitarbeiter id, personal nr, "
    "matricule, numero employe, id employe, numero de empleado, id empleado, legajo, matricula, id funcionario, "
    "matricola, id dipendente, personeelsnummer, medewerkernummer, numer pracownika, identyfikator, 社員番号, "
    "従業員番号, 工号",
    Field.EMAIL: "email, e mail, mail, work email, email address, e mail address, business email, company email, "
    "primary email, e mail geschaftlich, e mail adresse, geschaftliche e mail, adresse e mail, courriel, "
    "adresse electronique, correo, correo electronico, email corporativo, e mail aziendale, e mailadres, "
    "adres e mail, メールアドレス, メール, 邮箱",
    Field.GIVEN_NAME: "given name, first name, firstname, forename, legal first name, vorname, prenom, nombre, "
    "nombres, nome, primeiro nome, voornaam, imie, 名, 名字",
    Field.FAMILY_NAME: "family name, last name, lastname, surname, legal last name, nachname, familienname, "
    "nom de famille, nom, apellido, apellidos, sobrenome, apelido, cognome, achternaam, nazwisko, 姓",
    Field.FULL_NAME: "name, full name, employee name, worker, display name, vorname name, vorname nachname, "
    "nom complet, nom et prenom, nombre completo, nome completo, volledige naam, imie i nazwisko, 氏名, 姓名",
    Field.PREFERRED_NAME: "preferred name, preferred first name, known as, nickname, rufname, nom d usage, "
    "nombre preferido, nome social, nome preferido, roepnaam",
    Field.JOB_TITLE: "job title, title, position, position title, business title, job, role, stellenbezeichnung, "
    "position bezeichnung, funktion, berufsbezeichnung, poste, intitule du poste, fonction, puesto, cargo, "
    "qualifica, mansione, functie, stanowisko, 役職, 职位",
    Field.LEVEL: "level, career level, grade, job level, job grade, band, management level, stufe, karrierestufe, "
    "ebene, niveau, nivel, nivel de carrera, livello, poziom, 等級, 级别",
    Field.UNIT: "unit, department, dept, business unit, division, team, organisation, organization, "
    "organisational unit, org unit, cost center name, abteilung, bereich, organisationseinheit, departement, service, "
    "direction, departamento, area, reparto, afdeling, dzial, 部署, 部门",
    Field.LOCATION: "location, site, office, city, work location, workplace, standort, ort, arbeitsort, lieu, "
    "lieu de travail, ville, ubicacion, ciudad, sede, local, localidade, cidade, citta, locatie, vestiging, "
    "lokalizacja, miasto, 勤務地, 地点",
    Field.TIME_ZONE: "time zone, timezone, tz, zeitzone, fuseau horaire, zona horaria, fuso horario, tijdzone, "
    "strefa czasowa, タイムゾーン, 时区",
    Field.LANGUAGES: "languages, language, spoken languages, sprachen, sprache, langues, langue, idiomas, idioma, "
    "lingue, lingua, talen, jezyki, 言語, 语言",
    Field.HIRED_ON: "hired on, hire date, date of hire, last hire date, original hire date, start date, joined, "
    "date joined, eintrittsdatum, eintritt, einstellungsdatum, date d embauche, date d entree, fecha de ingreso, "
    "fecha de contratacion, data de admissao, data di assunzione, datum in dienst, data zatrudnienia, 入社日, 入职日期",
    Field.PROMOTED_ON: "promoted on, last promotion date, promotion date, last promotion, date in job, "
    "letzte beforderung, beforderungsdatum, date de promotion, derniere promotion, fecha de promocion, "
    "data de promocao, data promozione, data awansu, 昇進日",
    Field.LEFT_ON: "left on, termination date, end date, leave date, last day, last working day, exit date, "
    "austrittsdatum, austritt, date de depart, date de sortie, fecha de baja, fecha de salida, data de demissao, "
    "data de desligamento, data di cessazione, datum uit dienst, data zwolnienia, 退職日, 离职日期",
    Field.MANAGER: "manager, manager id, manager employee id, line manager, line manager id, supervisor, "
    "supervisor id, reports to, vorgesetzter, vorgesetzte, vorgesetzte r id, vorgesetzter id, fuhrungskraft, "
    "fuhrungskraft id, responsable, matricule manager, id responsable, jefe, id jefe, gestor, id gestor, responsabile, "
    "id responsabile, leidinggevende, przelozony, id przelozonego, 上司, 上司id, 上级",
    Field.STATUS: "status, employment status, employee status, worker status, active status, beschaftigungsstatus, "
    "statut, estado, situacao, stato, 在籍状況, 状态",
    Field.FULL_TIME: "full time, fulltime, is full time, vollzeit, temps plein, tiempo completo, jornada completa, "
    "tempo integral, tempo pieno, voltijd, pelny etat",
}  # fmt: skip

REFUSED: dict[str | Promise, str] = {
    _("Trellis never takes what people are from an HR file; each may say it about themselves, or not."): "gender, sex, "
    "geschlecht, sexe, sexo, genero, genre, sesso, plec, pronouns, ethnicity, ethnic, race, ethnie, etnia, raca, "
    "hautfarbe, religion, religious, konfession, religione, age, alter, edad, idade, birth, birthdate, birthday, dob, "
    "geburtsdatum, geburtstag, naissance, nacimiento, nascimento, nascita, urodzenia, nationality, nationalitat, "
    "nationalite, nacionalidad, citizenship, marital, familienstand, sexual, orientation, veteran, union, "
    "gewerkschaft, political, 性別, 性别, 生年月日",
    _("Health is nobody's business here."): "disability, disabled, behinderung, schwerbehinderung, handicap, "
    "discapacidad, deficiencia, health, medical, sickness, krankheit, pregnant, pregnancy",
    _("Pay and ratings have no place in mentoring."): "salary, pay, wage, bonus, compensation, gehalt, lohn, salaire, "
    "salario, sueldo, stipendio, rating, performance, beurteilung, iban, ssn, 給与, 工资",
}  # fmt: skip


@dataclass(frozen=True)
class Guess:
    """What a column seems to be. `refused` says why it must not be taken at all."""

    field: Field | None
    remembered: bool = False
    refused: str | Promise = ""


def _plain(header: str) -> str:
    """Lower case, no accents, words separated by one space."""
    flat = "".join(c for c in unicodedata.normalize("NFKD", header.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+|_+", " ", flat).split())


_FIELD_OF = {
    _plain(spelling).replace(" ", ""): field for field, words in SPELLINGS.items() for spelling in words.split(",")
}
_REFUSAL_OF = {_plain(word): why for why, words in REFUSED.items() for word in words.split(",")}


def guess(header: str) -> Guess:
    """The field whose spelling the header is; or why the column is refused; or nothing."""
    plain = _plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header))
    field = _FIELD_OF.get(plain.replace(" ", "")) or _FIELD_OF.get(_plain(header).replace(" ", ""))
    if field:
        return Guess(field)
    why = next((_REFUSAL_OF[word] for word in plain.split() if word in _REFUSAL_OF), "")
    return Guess(None, refused=why)


def guess_all(header: Sequence[str], remembered: Mapping[str, str]) -> dict[str, Guess]:
    """A guess for each column; what the organisation chose before comes first, and no field is given twice."""
    guesses: dict[str, Guess] = {}
    taken = {field for name in header if (field := remembered.get(name))}
    for name in header:
        if name in remembered:
            field = remembered[name]
            guesses[name] = Guess(Field(field) if field in set(Field) else None, remembered=True)
            continue
        found = guess(name)
        if found.field in taken:
            found = Guess(None)
        if found.field:
            taken.add(found.field)
        guesses[name] = found
    return guesses
