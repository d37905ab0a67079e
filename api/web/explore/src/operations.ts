/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type AgencyComparable =
  | 'POPULATION'
  | 'SWORN_OFFICERS';

export type AgencyComparison = {
  column: AgencyComparable;
  is: Comparison;
  with: AgencyComparable;
};

export type AgencyFilter = {
  and?: Array<AgencyFilter> | null | undefined;
  or?: Array<AgencyFilter> | null | undefined;
  not?: AgencyFilter | null | undefined;
  id?: IdFilter | null | undefined;
  ori9?: OriFilter | null | undefined;
  ori7?: OriFilter | null | undefined;
  name?: StringFilter | null | undefined;
  kind?: AgencyKindFilter | null | undefined;
  state?: StateFilter | null | undefined;
  countyFips?: StringFilter | null | undefined;
  countyName?: StringFilter | null | undefined;
  city?: StringFilter | null | undefined;
  zip?: StringFilter | null | undefined;
  latitude?: FloatFilter | null | undefined;
  longitude?: FloatFilter | null | undefined;
  population?: IntFilter | null | undefined;
  swornOfficers?: IntFilter | null | undefined;
  compare?: Array<AgencyComparison> | null | undefined;
  inState?: UsStateFilter | null | undefined;
  inCounty?: CountyFilter | null | undefined;
  grants?: GrantListFilter | null | undefined;
  trainees?: TraineeListFilter | null | undefined;
  outcomes?: OutcomeListFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
  near?: NearFilter | null | undefined;
};

export type AgencyKind =
  | 'MUNICIPAL_POLICE'
  | 'COUNTY_POLICE'
  | 'SHERIFF'
  | 'STATE_POLICE'
  | 'STATE_AGENCY'
  | 'TRIBAL'
  | 'CAMPUS'
  | 'SCHOOL_DISTRICT'
  | 'CONSTABLE'
  | 'TASK_FORCE'
  | 'SPECIAL_JURISDICTION'
  | 'FEDERAL'
  | 'OTHER';

export type AgencyKindFilter = {
  eq?: AgencyKind | null | undefined;
  ne?: AgencyKind | null | undefined;
  in?: Array<AgencyKind> | null | undefined;
  notIn?: Array<AgencyKind> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type AgencyListFilter = {
  some?: AgencyFilter | null | undefined;
  none?: AgencyFilter | null | undefined;
};

export type BigIntFilter = {
  eq?: number | null | undefined;
  ne?: number | null | undefined;
  lt?: number | null | undefined;
  lte?: number | null | undefined;
  gt?: number | null | undefined;
  gte?: number | null | undefined;
  in?: Array<number> | null | undefined;
  notIn?: Array<number> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type BooleanFilter = {
  eq?: boolean | null | undefined;
  ne?: boolean | null | undefined;
  in?: Array<boolean> | null | undefined;
  notIn?: Array<boolean> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type CensusDivision =
  | 'NEW_ENGLAND'
  | 'MIDDLE_ATLANTIC'
  | 'EAST_NORTH_CENTRAL'
  | 'WEST_NORTH_CENTRAL'
  | 'SOUTH_ATLANTIC'
  | 'EAST_SOUTH_CENTRAL'
  | 'WEST_SOUTH_CENTRAL'
  | 'MOUNTAIN'
  | 'PACIFIC';

export type CensusDivisionFilter = {
  eq?: CensusDivision | null | undefined;
  ne?: CensusDivision | null | undefined;
  in?: Array<CensusDivision> | null | undefined;
  notIn?: Array<CensusDivision> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type CensusRegion =
  | 'NORTHEAST'
  | 'MIDWEST'
  | 'SOUTH'
  | 'WEST';

export type CensusRegionFilter = {
  eq?: CensusRegion | null | undefined;
  ne?: CensusRegion | null | undefined;
  in?: Array<CensusRegion> | null | undefined;
  notIn?: Array<CensusRegion> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type ClaimField =
  | 'RECIPIENT'
  | 'PROGRAM'
  | 'ASSISTANCE_LISTING'
  | 'INSTRUMENT'
  | 'FISCAL_YEAR'
  | 'ANNOUNCED_ON'
  | 'OBLIGATED_ON'
  | 'PERIOD_START'
  | 'PERIOD_END'
  | 'ORIGINAL_PERIOD_END'
  | 'FEDERAL_SHARE'
  | 'LOCAL_MATCH'
  | 'PROJECT_TOTAL'
  | 'OUTLAYED'
  | 'STATUS'
  | 'TITLE';

export type ClaimFieldFilter = {
  eq?: ClaimField | null | undefined;
  ne?: ClaimField | null | undefined;
  in?: Array<ClaimField> | null | undefined;
  notIn?: Array<ClaimField> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type ClaimFigure = {
  measure?: ClaimMeasure | null | undefined;
  statistic?: Statistic | null | undefined;
  p?: number | null | undefined;
  where?: ClaimFilter | null | undefined;
};

export type ClaimFilter = {
  and?: Array<ClaimFilter> | null | undefined;
  or?: Array<ClaimFilter> | null | undefined;
  not?: ClaimFilter | null | undefined;
  id?: IdFilter | null | undefined;
  field?: ClaimFieldFilter | null | undefined;
  origin?: ClaimOriginFilter | null | undefined;
  value?: StringFilter | null | undefined;
  shown?: BooleanFilter | null | undefined;
  differs?: BooleanFilter | null | undefined;
  grant?: GrantFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type ClaimListFilter = {
  some?: ClaimFilter | null | undefined;
  none?: ClaimFilter | null | undefined;
};

export type ClaimMeasure =
  | 'COUNT'
  | 'GRANTS';

export type ClaimOrigin =
  | 'USASPENDING'
  | 'AWARD_LIST';

export type ClaimOriginFilter = {
  eq?: ClaimOrigin | null | undefined;
  ne?: ClaimOrigin | null | undefined;
  in?: Array<ClaimOrigin> | null | undefined;
  notIn?: Array<ClaimOrigin> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type Comparison =
  | 'EQ'
  | 'NE'
  | 'LT'
  | 'LTE'
  | 'GT'
  | 'GTE';

export type CongressionalDistrictFilter = {
  and?: Array<CongressionalDistrictFilter> | null | undefined;
  or?: Array<CongressionalDistrictFilter> | null | undefined;
  not?: CongressionalDistrictFilter | null | undefined;
  id?: IdFilter | null | undefined;
  code?: StringFilter | null | undefined;
  number?: IntFilter | null | undefined;
  inState?: UsStateFilter | null | undefined;
  grants?: GrantListFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type CountyFilter = {
  and?: Array<CountyFilter> | null | undefined;
  or?: Array<CountyFilter> | null | undefined;
  not?: CountyFilter | null | undefined;
  id?: IdFilter | null | undefined;
  fips?: StringFilter | null | undefined;
  name?: StringFilter | null | undefined;
  inState?: UsStateFilter | null | undefined;
  agencies?: AgencyListFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type CountyListFilter = {
  some?: CountyFilter | null | undefined;
  none?: CountyFilter | null | undefined;
};

export type DateFilter = {
  eq?: string | null | undefined;
  ne?: string | null | undefined;
  lt?: string | null | undefined;
  lte?: string | null | undefined;
  gt?: string | null | undefined;
  gte?: string | null | undefined;
  in?: Array<string> | null | undefined;
  notIn?: Array<string> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type DateTimeFilter = {
  eq?: string | null | undefined;
  ne?: string | null | undefined;
  lt?: string | null | undefined;
  lte?: string | null | undefined;
  gt?: string | null | undefined;
  gte?: string | null | undefined;
  in?: Array<string> | null | undefined;
  notIn?: Array<string> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type DollarsFilter = {
  eq?: number | null | undefined;
  ne?: number | null | undefined;
  lt?: number | null | undefined;
  lte?: number | null | undefined;
  gt?: number | null | undefined;
  gte?: number | null | undefined;
  in?: Array<number> | null | undefined;
  notIn?: Array<number> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type FigureFilter = {
  eq?: unknown;
  ne?: unknown;
  lt?: unknown;
  lte?: unknown;
  gt?: unknown;
  gte?: unknown;
  in?: Array<unknown> | null | undefined;
  notIn?: Array<unknown> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type FigureMetric =
  | 'DOLLARS_INVESTED'
  | 'DOLLARS_AWARDED'
  | 'DOLLARS_OBLIGATED'
  | 'BUDGET_AUTHORITY'
  | 'AGENCIES_FUNDED'
  | 'OFFICERS_FUNDED'
  | 'PEOPLE_TRAINED'
  | 'PUBLICATIONS_DISTRIBUTED';

export type FigureMetricFilter = {
  eq?: FigureMetric | null | undefined;
  ne?: FigureMetric | null | undefined;
  in?: Array<FigureMetric> | null | undefined;
  notIn?: Array<FigureMetric> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type FloatFilter = {
  eq?: number | null | undefined;
  ne?: number | null | undefined;
  lt?: number | null | undefined;
  lte?: number | null | undefined;
  gt?: number | null | undefined;
  gte?: number | null | undefined;
  in?: Array<number> | null | undefined;
  notIn?: Array<number> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type GrantComparable =
  | 'ANNOUNCED_ON'
  | 'OBLIGATED_ON'
  | 'PERIOD_START'
  | 'PERIOD_END'
  | 'ORIGINAL_PERIOD_END'
  | 'FEDERAL_SHARE'
  | 'LOCAL_MATCH'
  | 'PROJECT_TOTAL'
  | 'OUTLAYED';

export type GrantComparison = {
  column: GrantComparable;
  is: Comparison;
  with: GrantComparable;
};

export type GrantDay =
  | 'ANNOUNCED_ON'
  | 'OBLIGATED_ON'
  | 'PERIOD_START'
  | 'PERIOD_END'
  | 'ORIGINAL_PERIOD_END';

export type GrantDays = {
  from: GrantDay;
  to: GrantDay;
};

export type GrantDaysFilter = {
  from: GrantDay;
  to: GrantDay;
  is: IntFilter;
};

export type GrantDimension =
  | 'FISCAL_YEAR'
  | 'FISCAL_YEAR_DECADE'
  | 'STATUS'
  | 'INSTRUMENT'
  | 'ASSISTANCE_LISTING'
  | 'ANNOUNCED_ON'
  | 'ANNOUNCED_ON_YEAR'
  | 'ANNOUNCED_ON_QUARTER'
  | 'ANNOUNCED_ON_MONTH'
  | 'ANNOUNCED_ON_FISCAL_YEAR'
  | 'ANNOUNCED_ON_DECADE'
  | 'OBLIGATED_ON'
  | 'OBLIGATED_ON_YEAR'
  | 'OBLIGATED_ON_QUARTER'
  | 'OBLIGATED_ON_MONTH'
  | 'OBLIGATED_ON_FISCAL_YEAR'
  | 'OBLIGATED_ON_DECADE'
  | 'PERIOD_START'
  | 'PERIOD_START_YEAR'
  | 'PERIOD_START_QUARTER'
  | 'PERIOD_START_MONTH'
  | 'PERIOD_START_FISCAL_YEAR'
  | 'PERIOD_START_DECADE'
  | 'PERIOD_END'
  | 'PERIOD_END_YEAR'
  | 'PERIOD_END_QUARTER'
  | 'PERIOD_END_MONTH'
  | 'PERIOD_END_FISCAL_YEAR'
  | 'PERIOD_END_DECADE'
  | 'MATCHED_BY'
  | 'AGENCY'
  | 'ORGANIZATION'
  | 'IN_DISTRICT'
  | 'PROGRAM'
  | 'AGENCY_STATE'
  | 'AGENCY_KIND'
  | 'AGENCY_COUNTY_FIPS'
  | 'AGENCY_COUNTY_NAME'
  | 'AGENCY_CITY'
  | 'AGENCY_ZIP'
  | 'AGENCY_POPULATION_BAND'
  | 'AGENCY_IN_STATE'
  | 'AGENCY_IN_COUNTY'
  | 'AGENCY_IN_STATE_REGION'
  | 'AGENCY_IN_STATE_DIVISION'
  | 'AGENCY_IN_COUNTY_NAME'
  | 'ORGANIZATION_KIND'
  | 'ORGANIZATION_STATE'
  | 'ORGANIZATION_CITY'
  | 'ORGANIZATION_IN_STATE'
  | 'ORGANIZATION_IN_STATE_REGION'
  | 'ORGANIZATION_IN_STATE_DIVISION'
  | 'IN_DISTRICT_NUMBER'
  | 'PROGRAM_CATEGORY'
  | 'PROGRAM_FIRST_YEAR'
  | 'PROGRAM_LAST_YEAR';

export type GrantFigure = {
  measure?: GrantMeasure | null | undefined;
  days?: GrantDays | null | undefined;
  statistic?: Statistic | null | undefined;
  p?: number | null | undefined;
  inDollarsOf?: number | null | undefined;
  where?: GrantFilter | null | undefined;
};

export type GrantFilter = {
  and?: Array<GrantFilter> | null | undefined;
  or?: Array<GrantFilter> | null | undefined;
  not?: GrantFilter | null | undefined;
  id?: IdFilter | null | undefined;
  awardNumber?: StringFilter | null | undefined;
  usaspendingKey?: StringFilter | null | undefined;
  recipientName?: StringFilter | null | undefined;
  recipientUei?: StringFilter | null | undefined;
  matchedBy?: MatchedByFilter | null | undefined;
  assistanceListing?: StringFilter | null | undefined;
  instrument?: InstrumentFilter | null | undefined;
  fiscalYear?: IntFilter | null | undefined;
  announcedOn?: DateFilter | null | undefined;
  obligatedOn?: DateFilter | null | undefined;
  periodStart?: DateFilter | null | undefined;
  periodEnd?: DateFilter | null | undefined;
  originalPeriodEnd?: DateFilter | null | undefined;
  federalShare?: DollarsFilter | null | undefined;
  localMatch?: DollarsFilter | null | undefined;
  projectTotal?: DollarsFilter | null | undefined;
  outlayed?: DollarsFilter | null | undefined;
  status?: GrantStatusFilter | null | undefined;
  title?: StringFilter | null | undefined;
  compare?: Array<GrantComparison> | null | undefined;
  days?: Array<GrantDaysFilter> | null | undefined;
  agency?: AgencyFilter | null | undefined;
  organization?: OrganizationFilter | null | undefined;
  inDistrict?: CongressionalDistrictFilter | null | undefined;
  program?: ProgramFilter | null | undefined;
  obligations?: ObligationListFilter | null | undefined;
  claims?: ClaimListFilter | null | undefined;
  officersFunded?: OfficersFundedListFilter | null | undefined;
  trainingSessions?: TrainingSessionListFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type GrantGroupOrder = {
  key?: GrantDimension | null | undefined;
  measure?: GrantMeasure | null | undefined;
  days?: GrantDays | null | undefined;
  statistic?: Statistic | null | undefined;
  p?: number | null | undefined;
  inDollarsOf?: number | null | undefined;
  where?: GrantFilter | null | undefined;
  dividedBy?: GrantFigure | null | undefined;
  direction?: OrderDirection;
  nulls?: NullsOrder;
};

export type GrantListFilter = {
  some?: GrantFilter | null | undefined;
  none?: GrantFilter | null | undefined;
};

export type GrantMeasure =
  | 'COUNT'
  | 'AGENCIES'
  | 'ORGANIZATIONS'
  | 'PROGRAMS'
  | 'FEDERAL_SHARE'
  | 'LOCAL_MATCH'
  | 'PROJECT_TOTAL'
  | 'OUTLAYED'
  | 'OFFICERS_REQUESTED'
  | 'OFFICERS_FUNDED'
  | 'OFFICERS_ACCEPTED'
  | 'OFFICERS_HIRED'
  | 'OFFICERS_RETAINED'
  | 'PEOPLE_TRAINED'
  | 'POPULATION'
  | 'DOLLARS_PER_OFFICER'
  | 'DOLLARS_PER_CAPITA'
  | 'DOLLARS_PER_RESIDENT'
  | 'OFFICERS_PER100K'
  | 'HIRED_RATE'
  | 'RETAINED_RATE';

export type GrantOrder = {
  field?: GrantOrderField | null | undefined;
  obligations?: ObligationFigure | null | undefined;
  claims?: ClaimFigure | null | undefined;
  officersFunded?: OfficersFundedFigure | null | undefined;
  trainingSessions?: TrainingSessionFigure | null | undefined;
  direction?: OrderDirection;
  nulls?: NullsOrder;
};

export type GrantOrderField =
  | 'AWARD_NUMBER'
  | 'USASPENDING_KEY'
  | 'RECIPIENT_NAME'
  | 'RECIPIENT_UEI'
  | 'MATCHED_BY'
  | 'ASSISTANCE_LISTING'
  | 'INSTRUMENT'
  | 'FISCAL_YEAR'
  | 'ANNOUNCED_ON'
  | 'OBLIGATED_ON'
  | 'PERIOD_START'
  | 'PERIOD_END'
  | 'ORIGINAL_PERIOD_END'
  | 'FEDERAL_SHARE'
  | 'LOCAL_MATCH'
  | 'PROJECT_TOTAL'
  | 'OUTLAYED'
  | 'STATUS'
  | 'TITLE'
  | 'AGENCY_ORI9'
  | 'AGENCY_ORI7'
  | 'AGENCY_NAME'
  | 'AGENCY_KIND'
  | 'AGENCY_STATE'
  | 'AGENCY_COUNTY_FIPS'
  | 'AGENCY_COUNTY_NAME'
  | 'AGENCY_CITY'
  | 'AGENCY_ZIP'
  | 'AGENCY_LATITUDE'
  | 'AGENCY_LONGITUDE'
  | 'AGENCY_POPULATION'
  | 'AGENCY_SWORN_OFFICERS'
  | 'ORGANIZATION_NAME'
  | 'ORGANIZATION_KIND'
  | 'ORGANIZATION_CITY'
  | 'ORGANIZATION_STATE'
  | 'ORGANIZATION_FOUNDED_YEAR'
  | 'ORGANIZATION_FORMER_NAMES'
  | 'ORGANIZATION_UEI'
  | 'ORGANIZATION_NOTE'
  | 'IN_DISTRICT_CODE'
  | 'IN_DISTRICT_NUMBER'
  | 'PROGRAM_CODE'
  | 'PROGRAM_NAME'
  | 'PROGRAM_CATEGORY'
  | 'PROGRAM_FIRST_YEAR'
  | 'PROGRAM_LAST_YEAR'
  | 'PROGRAM_NOTE';

export type GrantStatus =
  | 'OPEN'
  | 'CLOSED'
  | 'WITHDRAWN'
  | 'TERMINATED';

export type GrantStatusFilter = {
  eq?: GrantStatus | null | undefined;
  ne?: GrantStatus | null | undefined;
  in?: Array<GrantStatus> | null | undefined;
  notIn?: Array<GrantStatus> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type HoursFilter = {
  eq?: number | null | undefined;
  ne?: number | null | undefined;
  lt?: number | null | undefined;
  lte?: number | null | undefined;
  gt?: number | null | undefined;
  gte?: number | null | undefined;
  in?: Array<number> | null | undefined;
  notIn?: Array<number> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type IdFilter = {
  eq?: string | null | undefined;
  ne?: string | null | undefined;
  in?: Array<string> | null | undefined;
  notIn?: Array<string> | null | undefined;
};

export type Instrument =
  | 'BLOCK_GRANT'
  | 'FORMULA_GRANT'
  | 'PROJECT_GRANT'
  | 'COOPERATIVE_AGREEMENT';

export type InstrumentFilter = {
  eq?: Instrument | null | undefined;
  ne?: Instrument | null | undefined;
  in?: Array<Instrument> | null | undefined;
  notIn?: Array<Instrument> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type IntFilter = {
  eq?: number | null | undefined;
  ne?: number | null | undefined;
  lt?: number | null | undefined;
  lte?: number | null | undefined;
  gt?: number | null | undefined;
  gte?: number | null | undefined;
  in?: Array<number> | null | undefined;
  notIn?: Array<number> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type MatchedBy =
  | 'ORI'
  | 'UEI'
  | 'NAME'
  | 'MUNICIPALITY'
  | 'COUNTY'
  | 'REVIEWED';

export type MatchedByFilter = {
  eq?: MatchedBy | null | undefined;
  ne?: MatchedBy | null | undefined;
  in?: Array<MatchedBy> | null | undefined;
  notIn?: Array<MatchedBy> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type MeasureCategory =
  | 'STAFFING'
  | 'POPULATION'
  | 'OFFENSE'
  | 'CLEARANCE';

export type MeasureCategoryFilter = {
  eq?: MeasureCategory | null | undefined;
  ne?: MeasureCategory | null | undefined;
  in?: Array<MeasureCategory> | null | undefined;
  notIn?: Array<MeasureCategory> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type MeasureFilter = {
  and?: Array<MeasureFilter> | null | undefined;
  or?: Array<MeasureFilter> | null | undefined;
  not?: MeasureFilter | null | undefined;
  id?: IdFilter | null | undefined;
  code?: StringFilter | null | undefined;
  name?: StringFilter | null | undefined;
  category?: MeasureCategoryFilter | null | undefined;
  unit?: StringFilter | null | undefined;
  description?: StringFilter | null | undefined;
  outcomes?: OutcomeListFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type Modality =
  | 'IN_PERSON'
  | 'ONLINE'
  | 'HYBRID';

export type ModalityFilter = {
  eq?: Modality | null | undefined;
  ne?: Modality | null | undefined;
  in?: Array<Modality> | null | undefined;
  notIn?: Array<Modality> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type NearFilter = {
  latitude: number;
  longitude: number;
  kilometers?: number | null | undefined;
};

export type NullsOrder =
  | 'FIRST'
  | 'LAST';

export type ObligationFigure = {
  measure?: ObligationMeasure | null | undefined;
  statistic?: Statistic | null | undefined;
  p?: number | null | undefined;
  inDollarsOf?: number | null | undefined;
  where?: ObligationFilter | null | undefined;
};

export type ObligationFilter = {
  and?: Array<ObligationFilter> | null | undefined;
  or?: Array<ObligationFilter> | null | undefined;
  not?: ObligationFilter | null | undefined;
  id?: IdFilter | null | undefined;
  modificationNumber?: StringFilter | null | undefined;
  obligatedOn?: DateFilter | null | undefined;
  amount?: DollarsFilter | null | undefined;
  description?: StringFilter | null | undefined;
  grant?: GrantFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type ObligationListFilter = {
  some?: ObligationFilter | null | undefined;
  none?: ObligationFilter | null | undefined;
};

export type ObligationMeasure =
  | 'COUNT'
  | 'GRANTS'
  | 'AGENCIES'
  | 'AMOUNT';

export type OfficerKind =
  | 'NEW_HIRE'
  | 'REHIRE_LAID_OFF'
  | 'REHIRE_PENDING_LAYOFF'
  | 'REDEPLOYED';

export type OfficerKindFilter = {
  eq?: OfficerKind | null | undefined;
  ne?: OfficerKind | null | undefined;
  in?: Array<OfficerKind> | null | undefined;
  notIn?: Array<OfficerKind> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type OfficersFilter = {
  eq?: number | null | undefined;
  ne?: number | null | undefined;
  lt?: number | null | undefined;
  lte?: number | null | undefined;
  gt?: number | null | undefined;
  gte?: number | null | undefined;
  in?: Array<number> | null | undefined;
  notIn?: Array<number> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type OfficersFundedComparable =
  | 'REQUESTED'
  | 'FUNDED'
  | 'ACCEPTED'
  | 'HIRED'
  | 'RETAINED'
  | 'SCHOOL_RESOURCE_OFFICERS'
  | 'VETERANS'
  | 'PART_TIME';

export type OfficersFundedComparison = {
  column: OfficersFundedComparable;
  is: Comparison;
  with: OfficersFundedComparable;
};

export type OfficersFundedFigure = {
  measure?: OfficersFundedMeasure | null | undefined;
  statistic?: Statistic | null | undefined;
  p?: number | null | undefined;
  inDollarsOf?: number | null | undefined;
  where?: OfficersFundedFilter | null | undefined;
};

export type OfficersFundedFilter = {
  and?: Array<OfficersFundedFilter> | null | undefined;
  or?: Array<OfficersFundedFilter> | null | undefined;
  not?: OfficersFundedFilter | null | undefined;
  id?: IdFilter | null | undefined;
  kind?: OfficerKindFilter | null | undefined;
  requested?: OfficersFilter | null | undefined;
  funded?: OfficersFilter | null | undefined;
  accepted?: OfficersFilter | null | undefined;
  hired?: OfficersFilter | null | undefined;
  retained?: OfficersFilter | null | undefined;
  schoolResourceOfficers?: OfficersFilter | null | undefined;
  veterans?: OfficersFilter | null | undefined;
  partTime?: OfficersFilter | null | undefined;
  compare?: Array<OfficersFundedComparison> | null | undefined;
  grant?: GrantFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type OfficersFundedListFilter = {
  some?: OfficersFundedFilter | null | undefined;
  none?: OfficersFundedFilter | null | undefined;
};

export type OfficersFundedMeasure =
  | 'COUNT'
  | 'GRANTS'
  | 'AGENCIES'
  | 'REQUESTED'
  | 'FUNDED'
  | 'ACCEPTED'
  | 'HIRED'
  | 'RETAINED'
  | 'SCHOOL_RESOURCE_OFFICERS'
  | 'VETERANS'
  | 'PART_TIME'
  | 'FEDERAL_SHARE'
  | 'POPULATION'
  | 'DOLLARS_PER_OFFICER'
  | 'OFFICERS_PER100K'
  | 'HIRED_RATE'
  | 'RETAINED_RATE';

export type OrderDirection =
  | 'ASC'
  | 'DESC';

export type OrganizationFilter = {
  and?: Array<OrganizationFilter> | null | undefined;
  or?: Array<OrganizationFilter> | null | undefined;
  not?: OrganizationFilter | null | undefined;
  id?: IdFilter | null | undefined;
  name?: StringFilter | null | undefined;
  kind?: OrganizationKindFilter | null | undefined;
  city?: StringFilter | null | undefined;
  state?: StateFilter | null | undefined;
  foundedYear?: IntFilter | null | undefined;
  formerNames?: StringFilter | null | undefined;
  uei?: StringFilter | null | undefined;
  note?: StringFilter | null | undefined;
  inState?: UsStateFilter | null | undefined;
  grants?: GrantListFilter | null | undefined;
  trainings?: TrainingListFilter | null | undefined;
  partnerships?: PartnershipListFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type OrganizationKind =
  | 'MUNICIPAL_GOVERNMENT'
  | 'COUNTY_GOVERNMENT'
  | 'STATE_GOVERNMENT'
  | 'TRIBE'
  | 'SCHOOL_DISTRICT'
  | 'UNIVERSITY'
  | 'NONPROFIT'
  | 'BUSINESS'
  | 'FILM_PRODUCTION_COMPANY'
  | 'OTHER';

export type OrganizationKindFilter = {
  eq?: OrganizationKind | null | undefined;
  ne?: OrganizationKind | null | undefined;
  in?: Array<OrganizationKind> | null | undefined;
  notIn?: Array<OrganizationKind> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type OrganizationListFilter = {
  some?: OrganizationFilter | null | undefined;
  none?: OrganizationFilter | null | undefined;
};

export type OriFilter = {
  eq?: string | null | undefined;
  ne?: string | null | undefined;
  lt?: string | null | undefined;
  lte?: string | null | undefined;
  gt?: string | null | undefined;
  gte?: string | null | undefined;
  in?: Array<string> | null | undefined;
  notIn?: Array<string> | null | undefined;
  isNull?: boolean | null | undefined;
  contains?: string | null | undefined;
  startsWith?: string | null | undefined;
  endsWith?: string | null | undefined;
};

export type OutcomeComparable =
  | 'YEAR'
  | 'VALUE'
  | 'POPULATION_SERVED'
  | 'MONTHS_REPORTED';

export type OutcomeComparison = {
  column: OutcomeComparable;
  is: Comparison;
  with: OutcomeComparable;
};

export type OutcomeFilter = {
  and?: Array<OutcomeFilter> | null | undefined;
  or?: Array<OutcomeFilter> | null | undefined;
  not?: OutcomeFilter | null | undefined;
  id?: IdFilter | null | undefined;
  level?: OutcomeLevelFilter | null | undefined;
  state?: StateFilter | null | undefined;
  year?: IntFilter | null | undefined;
  value?: BigIntFilter | null | undefined;
  populationServed?: IntFilter | null | undefined;
  monthsReported?: IntFilter | null | undefined;
  flag?: OutcomeFlagFilter | null | undefined;
  note?: StringFilter | null | undefined;
  compare?: Array<OutcomeComparison> | null | undefined;
  measure?: MeasureFilter | null | undefined;
  agency?: AgencyFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type OutcomeFlag =
  | 'IMPLAUSIBLE'
  | 'COUNTED_ELSEWHERE'
  | 'CAVEAT';

export type OutcomeFlagFilter = {
  eq?: OutcomeFlag | null | undefined;
  ne?: OutcomeFlag | null | undefined;
  in?: Array<OutcomeFlag> | null | undefined;
  notIn?: Array<OutcomeFlag> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type OutcomeLevel =
  | 'AGENCY'
  | 'STATE'
  | 'NATION';

export type OutcomeLevelFilter = {
  eq?: OutcomeLevel | null | undefined;
  ne?: OutcomeLevel | null | undefined;
  in?: Array<OutcomeLevel> | null | undefined;
  notIn?: Array<OutcomeLevel> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type OutcomeListFilter = {
  some?: OutcomeFilter | null | undefined;
  none?: OutcomeFilter | null | undefined;
};

export type PartnershipFilter = {
  and?: Array<PartnershipFilter> | null | undefined;
  or?: Array<PartnershipFilter> | null | undefined;
  not?: PartnershipFilter | null | undefined;
  id?: IdFilter | null | undefined;
  announcedOn?: DateFilter | null | undefined;
  purpose?: StringFilter | null | undefined;
  organization?: OrganizationFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type PartnershipListFilter = {
  some?: PartnershipFilter | null | undefined;
  none?: PartnershipFilter | null | undefined;
};

export type PopulationBand =
  | 'UNDER_10000'
  | 'FROM_10000'
  | 'FROM_25000'
  | 'FROM_50000'
  | 'FROM_100000'
  | 'FROM_250000'
  | 'FROM_500000'
  | 'FROM_1000000';

export type ProgramCategory =
  | 'HIRING'
  | 'TECHNOLOGY'
  | 'SCHOOL_SAFETY'
  | 'TRIBAL'
  | 'DRUG_ENFORCEMENT'
  | 'COMMUNITY_POLICING'
  | 'WELLNESS';

export type ProgramCategoryFilter = {
  eq?: ProgramCategory | null | undefined;
  ne?: ProgramCategory | null | undefined;
  in?: Array<ProgramCategory> | null | undefined;
  notIn?: Array<ProgramCategory> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type ProgramComparable =
  | 'FIRST_YEAR'
  | 'LAST_YEAR';

export type ProgramComparison = {
  column: ProgramComparable;
  is: Comparison;
  with: ProgramComparable;
};

export type ProgramFilter = {
  and?: Array<ProgramFilter> | null | undefined;
  or?: Array<ProgramFilter> | null | undefined;
  not?: ProgramFilter | null | undefined;
  id?: IdFilter | null | undefined;
  code?: StringFilter | null | undefined;
  name?: StringFilter | null | undefined;
  category?: ProgramCategoryFilter | null | undefined;
  firstYear?: IntFilter | null | undefined;
  lastYear?: IntFilter | null | undefined;
  note?: StringFilter | null | undefined;
  compare?: Array<ProgramComparison> | null | undefined;
  grants?: GrantListFilter | null | undefined;
  publishedFigures?: PublishedFigureListFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type PublishedFigureComparable =
  | 'FROM_YEAR'
  | 'TO_YEAR';

export type PublishedFigureComparison = {
  column: PublishedFigureComparable;
  is: Comparison;
  with: PublishedFigureComparable;
};

export type PublishedFigureFilter = {
  and?: Array<PublishedFigureFilter> | null | undefined;
  or?: Array<PublishedFigureFilter> | null | undefined;
  not?: PublishedFigureFilter | null | undefined;
  id?: IdFilter | null | undefined;
  metric?: FigureMetricFilter | null | undefined;
  fromYear?: IntFilter | null | undefined;
  toYear?: IntFilter | null | undefined;
  asOf?: StringFilter | null | undefined;
  qualifier?: QualifierFilter | null | undefined;
  value?: FigureFilter | null | undefined;
  unit?: StringFilter | null | undefined;
  note?: StringFilter | null | undefined;
  compare?: Array<PublishedFigureComparison> | null | undefined;
  program?: ProgramFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type PublishedFigureListFilter = {
  some?: PublishedFigureFilter | null | undefined;
  none?: PublishedFigureFilter | null | undefined;
};

export type Qualifier =
  | 'EXACT'
  | 'ABOUT'
  | 'NEARLY'
  | 'MORE_THAN';

export type QualifierFilter = {
  eq?: Qualifier | null | undefined;
  ne?: Qualifier | null | undefined;
  in?: Array<Qualifier> | null | undefined;
  notIn?: Array<Qualifier> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type RevisionComparable =
  | 'NUMBER'
  | 'ROWS_READ'
  | 'ADDED'
  | 'CHANGED'
  | 'UNCHANGED'
  | 'REMOVED'
  | 'REFUSED';

export type RevisionComparison = {
  column: RevisionComparable;
  is: Comparison;
  with: RevisionComparable;
};

export type RevisionFilter = {
  and?: Array<RevisionFilter> | null | undefined;
  or?: Array<RevisionFilter> | null | undefined;
  not?: RevisionFilter | null | undefined;
  id?: IdFilter | null | undefined;
  number?: IntFilter | null | undefined;
  loadedAt?: DateTimeFilter | null | undefined;
  format?: StringFilter | null | undefined;
  synthetic?: BooleanFilter | null | undefined;
  rowsRead?: IntFilter | null | undefined;
  added?: IntFilter | null | undefined;
  changed?: IntFilter | null | undefined;
  unchanged?: IntFilter | null | undefined;
  removed?: IntFilter | null | undefined;
  refused?: IntFilter | null | undefined;
  compare?: Array<RevisionComparison> | null | undefined;
  sources?: SourceListFilter | null | undefined;
  tables?: TableLoadListFilter | null | undefined;
};

export type SourceFilter = {
  and?: Array<SourceFilter> | null | undefined;
  or?: Array<SourceFilter> | null | undefined;
  not?: SourceFilter | null | undefined;
  id?: IdFilter | null | undefined;
  code?: StringFilter | null | undefined;
  kind?: SourceKindFilter | null | undefined;
  title?: StringFilter | null | undefined;
  publisher?: StringFilter | null | undefined;
  publishedOn?: StringFilter | null | undefined;
  url?: StringFilter | null | undefined;
  sha256?: StringFilter | null | undefined;
  bytes?: BigIntFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type SourceKind =
  | 'PUBLICATION'
  | 'FILE'
  | 'SYNTHETIC';

export type SourceKindFilter = {
  eq?: SourceKind | null | undefined;
  ne?: SourceKind | null | undefined;
  in?: Array<SourceKind> | null | undefined;
  notIn?: Array<SourceKind> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type SourceListFilter = {
  some?: SourceFilter | null | undefined;
  none?: SourceFilter | null | undefined;
};

export type StateFilter = {
  eq?: string | null | undefined;
  ne?: string | null | undefined;
  lt?: string | null | undefined;
  lte?: string | null | undefined;
  gt?: string | null | undefined;
  gte?: string | null | undefined;
  in?: Array<string> | null | undefined;
  notIn?: Array<string> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type StatePopulationComparable =
  | 'YEAR'
  | 'RESIDENTS';

export type StatePopulationComparison = {
  column: StatePopulationComparable;
  is: Comparison;
  with: StatePopulationComparable;
};

export type StatePopulationFilter = {
  and?: Array<StatePopulationFilter> | null | undefined;
  or?: Array<StatePopulationFilter> | null | undefined;
  not?: StatePopulationFilter | null | undefined;
  id?: IdFilter | null | undefined;
  year?: IntFilter | null | undefined;
  residents?: IntFilter | null | undefined;
  compare?: Array<StatePopulationComparison> | null | undefined;
  inState?: UsStateFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type StatePopulationListFilter = {
  some?: StatePopulationFilter | null | undefined;
  none?: StatePopulationFilter | null | undefined;
};

export type Statistic =
  | 'KNOWN'
  | 'MISSING'
  | 'SUM'
  | 'AVG'
  | 'MIN'
  | 'MAX'
  | 'MEDIAN'
  | 'PERCENTILE'
  | 'STDDEV'
  | 'VARIANCE'
  | 'DISTINCT'
  | 'MODE';

export type StringFilter = {
  eq?: string | null | undefined;
  ne?: string | null | undefined;
  lt?: string | null | undefined;
  lte?: string | null | undefined;
  gt?: string | null | undefined;
  gte?: string | null | undefined;
  in?: Array<string> | null | undefined;
  notIn?: Array<string> | null | undefined;
  isNull?: boolean | null | undefined;
  contains?: string | null | undefined;
  startsWith?: string | null | undefined;
  endsWith?: string | null | undefined;
};

export type TableLoadComparable =
  | 'ADDED'
  | 'CHANGED'
  | 'UNCHANGED'
  | 'REMOVED'
  | 'REFUSED';

export type TableLoadComparison = {
  column: TableLoadComparable;
  is: Comparison;
  with: TableLoadComparable;
};

export type TableLoadFilter = {
  and?: Array<TableLoadFilter> | null | undefined;
  or?: Array<TableLoadFilter> | null | undefined;
  not?: TableLoadFilter | null | undefined;
  id?: IdFilter | null | undefined;
  tableName?: StringFilter | null | undefined;
  added?: IntFilter | null | undefined;
  changed?: IntFilter | null | undefined;
  unchanged?: IntFilter | null | undefined;
  removed?: IntFilter | null | undefined;
  refused?: IntFilter | null | undefined;
  compare?: Array<TableLoadComparison> | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type TableLoadListFilter = {
  some?: TableLoadFilter | null | undefined;
  none?: TableLoadFilter | null | undefined;
};

export type TraineeFilter = {
  and?: Array<TraineeFilter> | null | undefined;
  or?: Array<TraineeFilter> | null | undefined;
  not?: TraineeFilter | null | undefined;
  id?: IdFilter | null | undefined;
  role?: TraineeRoleFilter | null | undefined;
  completedOn?: DateFilter | null | undefined;
  hours?: HoursFilter | null | undefined;
  session?: TrainingSessionFilter | null | undefined;
  agency?: AgencyFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type TraineeListFilter = {
  some?: TraineeFilter | null | undefined;
  none?: TraineeFilter | null | undefined;
};

export type TraineeRole =
  | 'LAW_ENFORCEMENT'
  | 'COMMUNITY_MEMBER'
  | 'GOVERNMENT_LEADER';

export type TraineeRoleFilter = {
  eq?: TraineeRole | null | undefined;
  ne?: TraineeRole | null | undefined;
  in?: Array<TraineeRole> | null | undefined;
  notIn?: Array<TraineeRole> | null | undefined;
  isNull?: boolean | null | undefined;
};

export type TrainingFilter = {
  and?: Array<TrainingFilter> | null | undefined;
  or?: Array<TrainingFilter> | null | undefined;
  not?: TrainingFilter | null | undefined;
  id?: IdFilter | null | undefined;
  title?: StringFilter | null | undefined;
  acronym?: StringFilter | null | undefined;
  topics?: StringFilter | null | undefined;
  hours?: HoursFilter | null | undefined;
  modality?: ModalityFilter | null | undefined;
  certifiedBy?: StringFilter | null | undefined;
  firstYear?: IntFilter | null | undefined;
  note?: StringFilter | null | undefined;
  provider?: OrganizationFilter | null | undefined;
  sessions?: TrainingSessionListFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type TrainingListFilter = {
  some?: TrainingFilter | null | undefined;
  none?: TrainingFilter | null | undefined;
};

export type TrainingSessionComparable =
  | 'STARTS_ON'
  | 'ENDS_ON';

export type TrainingSessionComparison = {
  column: TrainingSessionComparable;
  is: Comparison;
  with: TrainingSessionComparable;
};

export type TrainingSessionDay =
  | 'STARTS_ON'
  | 'ENDS_ON';

export type TrainingSessionDays = {
  from: TrainingSessionDay;
  to: TrainingSessionDay;
};

export type TrainingSessionDaysFilter = {
  from: TrainingSessionDay;
  to: TrainingSessionDay;
  is: IntFilter;
};

export type TrainingSessionFigure = {
  measure?: TrainingSessionMeasure | null | undefined;
  days?: TrainingSessionDays | null | undefined;
  statistic?: Statistic | null | undefined;
  p?: number | null | undefined;
  where?: TrainingSessionFilter | null | undefined;
};

export type TrainingSessionFilter = {
  and?: Array<TrainingSessionFilter> | null | undefined;
  or?: Array<TrainingSessionFilter> | null | undefined;
  not?: TrainingSessionFilter | null | undefined;
  id?: IdFilter | null | undefined;
  code?: StringFilter | null | undefined;
  startsOn?: DateFilter | null | undefined;
  endsOn?: DateFilter | null | undefined;
  state?: StateFilter | null | undefined;
  modality?: ModalityFilter | null | undefined;
  compare?: Array<TrainingSessionComparison> | null | undefined;
  days?: Array<TrainingSessionDaysFilter> | null | undefined;
  training?: TrainingFilter | null | undefined;
  grant?: GrantFilter | null | undefined;
  trainees?: TraineeListFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type TrainingSessionListFilter = {
  some?: TrainingSessionFilter | null | undefined;
  none?: TrainingSessionFilter | null | undefined;
};

export type TrainingSessionMeasure =
  | 'COUNT'
  | 'TRAININGS'
  | 'GRANTS'
  | 'TRAINEES'
  | 'TRAINEE_HOURS'
  | 'HOURS';

export type UsStateFilter = {
  and?: Array<UsStateFilter> | null | undefined;
  or?: Array<UsStateFilter> | null | undefined;
  not?: UsStateFilter | null | undefined;
  id?: IdFilter | null | undefined;
  code?: StateFilter | null | undefined;
  name?: StringFilter | null | undefined;
  fips?: StringFilter | null | undefined;
  region?: CensusRegionFilter | null | undefined;
  division?: CensusDivisionFilter | null | undefined;
  latitude?: FloatFilter | null | undefined;
  longitude?: FloatFilter | null | undefined;
  residents2020?: IntFilter | null | undefined;
  populations?: StatePopulationListFilter | null | undefined;
  agencies?: AgencyListFilter | null | undefined;
  organizations?: OrganizationListFilter | null | undefined;
  counties?: CountyListFilter | null | undefined;
  source?: SourceFilter | null | undefined;
  revision?: RevisionFilter | null | undefined;
};

export type AgenciesQueryVariables = Exact<{
  filter?: GrantFilter;
  inDollarsOf?: number | null | undefined;
  orderBy?: Array<GrantGroupOrder> | GrantGroupOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type AgenciesQuery = { grants: { groups: { totalCount: number, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null }, nodes: Array<{ count: number, dollarsPerOfficer: number | null, dollarsPerCapita: number | null, key: { agency: { name: string | null, ori9: string | null, ori7: string | null, state: string | null, kind: AgencyKind | null, population: number | null } | null }, federalShare: { sum: number | null, missing: number }, officersFunded: { sum: number | null, missing: number }, peopleTrained: { sum: number | null, missing: number } }> } } };

export type AgencyMapFileQueryVariables = Exact<{
  filter?: GrantFilter;
  inDollarsOf?: number | null | undefined;
  orderBy?: Array<GrantGroupOrder> | GrantGroupOrder | null | undefined;
}>;


export type AgencyMapFileQuery = { grants: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { agency: { name: string | null, ori9: string | null, state: string | null, latitude: number | null, longitude: number | null } | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } } };

export type AgencyMapQueryVariables = Exact<{
  filter?: GrantFilter;
  inDollarsOf?: number | null | undefined;
  orderBy?: Array<GrantGroupOrder> | GrantGroupOrder | null | undefined;
  first: number;
}>;


export type AgencyMapQuery = { grants: { groups: { totalCount: number, nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { agency: { name: string | null, ori9: string | null, ori7: string | null, state: string | null, latitude: number | null, longitude: number | null } | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } }, nowhere: { totalCount: number } };

export type AgencyOutcomesQueryVariables = Exact<{
  ori: string;
  measure: string;
}>;


export type AgencyOutcomesQuery = { outcomes: { totalCount: number, nodes: Array<{ year: number, value: number, populationServed: number | null, monthsReported: number | null, flag: OutcomeFlag | null, note: string | null }> } };

export type AgencyQueryVariables = Exact<{
  ori: string;
}>;


export type AgencyQuery = { agency: { name: string | null, ori9: string | null, ori7: string | null, kind: AgencyKind | null, state: string | null, countyName: string | null, city: string | null, population: number | null, swornOfficers: number | null, source: { title: string }, grants: { totals: { count: number, dollarsPerOfficer: number | null, dollarsPerCapita: number | null, hiredRate: number | null, retainedRate: number | null, federalShare: { sum: number | null, missing: number }, peopleTrained: { sum: number | null, missing: number }, officersRequested: { sum: number | null, missing: number }, officersFunded: { sum: number | null, missing: number }, officersAccepted: { sum: number | null, missing: number }, officersHired: { sum: number | null, missing: number }, officersRetained: { sum: number | null, missing: number } }, groups: { nodes: Array<{ count: number, key: { fiscalYear: number | null }, federalShare: { sum: number | null, missing: number } }> } }, trainees: { totals: { count: number, hours: { sum: number | null, missing: number } } } } | null };

export type AwardClaimsQueryVariables = Exact<{
  number: string;
}>;


export type AwardClaimsQuery = { claims: { nodes: Array<{ field: ClaimField, origin: ClaimOrigin, value: string, shown: boolean, differs: boolean, source: { title: string } }> } };

export type AwardObligationsQueryVariables = Exact<{
  number: string;
}>;


export type AwardObligationsQuery = { obligations: { nodes: Array<{ obligatedOn: string, amount: number, modificationNumber: string | null, description: string | null }> } };

export type AwardOfficersQueryVariables = Exact<{
  number: string;
}>;


export type AwardOfficersQuery = { officersFunded: { nodes: Array<{ kind: OfficerKind | null, requested: number | null, funded: number | null, accepted: number | null, hired: number | null, retained: number | null }> } };

export type AwardQueryVariables = Exact<{
  number: string;
}>;


export type AwardQuery = { grant: { awardNumber: string | null, usaspendingKey: string | null, title: string | null, fiscalYear: number | null, announcedOn: string | null, obligatedOn: string | null, periodStart: string | null, periodEnd: string | null, originalPeriodEnd: string | null, federalShare: number | null, localMatch: number | null, projectTotal: number | null, outlayed: number | null, status: GrantStatus | null, instrument: Instrument | null, assistanceListing: string | null, recipientName: string | null, costPerTrainee: number | null, program: { code: string, name: string } | null, agency: { name: string | null, ori9: string | null, ori7: string | null, state: string | null } | null, organization: { name: string, state: string | null } | null, officersFunded: { totalCount: number, nodes: Array<{ kind: OfficerKind | null, requested: number | null, funded: number | null, accepted: number | null, hired: number | null, retained: number | null }> }, obligations: { totalCount: number, nodes: Array<{ obligatedOn: string, amount: number, modificationNumber: string | null, description: string | null }> }, claims: { totalCount: number, nodes: Array<{ field: ClaimField, origin: ClaimOrigin, value: string, shown: boolean, differs: boolean, source: { title: string } }> }, trainingSessions: { totals: { count: number } }, source: { title: string, publisher: string | null, url: string | null } } | null };

export type AwardsQueryVariables = Exact<{
  filter?: GrantFilter;
  orderBy?: Array<GrantOrder> | GrantOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}>;


export type AwardsQuery = { grants: { totalCount: number, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null }, nodes: Array<{ awardNumber: string | null, fiscalYear: number | null, status: GrantStatus | null, federalShare: number | null, recipientName: string | null, program: { code: string } | null, agency: { name: string | null, ori9: string | null, ori7: string | null, state: string | null } | null, organization: { name: string, state: string | null } | null, officersFunded: { totals: { funded: { sum: number | null, missing: number }, hired: { sum: number | null, missing: number } } } }> } };

export type CatalogQueryVariables = Exact<{ [key: string]: never; }>;


export type CatalogQuery = { dataset: { revision: number, revisionToken: string, synthetic: boolean, loadedAt: string | null, licence: string, citation: { text: string } }, programs: { nodes: Array<{ code: string, name: string, category: ProgramCategory }> }, priceIndexes: { nodes: Array<{ year: number }> }, grants: { totals: { count: number }, years: { nodes: Array<{ key: { fiscalYear: number | null } }> }, programs: { nodes: Array<{ count: number, key: { program: { code: string } | null } }> }, categories: { nodes: Array<{ count: number, key: { programCategory: ProgramCategory | null } }> }, kinds: { nodes: Array<{ count: number, key: { agencyKind: AgencyKind | null } }> }, bands: { nodes: Array<{ count: number, key: { agencyPopulationBand: PopulationBand | null } }> }, statuses: { nodes: Array<{ count: number, key: { status: GrantStatus | null } }> } }, measures: { nodes: Array<{ code: string, name: string, unit: string, outcomes: { totalCount: number } }> } };

export type CompareQueryVariables = Exact<{
  filter?: GrantFilter;
  one: GrantFilter;
  two: GrantFilter;
  inDollarsOf?: number | null | undefined;
}>;


export type CompareQuery = { one: { totals: { count: number, agencies: number, dollarsPerOfficer: number | null, dollarsPerResident: number | null, dollarsPerCapita: number | null, hiredRate: number | null, federalShare: { sum: number | null, missing: number }, peopleTrained: { sum: number | null, missing: number }, officersFunded: { sum: number | null, missing: number } }, groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { fiscalYear: number | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } }, two: { totals: { count: number, agencies: number, dollarsPerOfficer: number | null, dollarsPerResident: number | null, dollarsPerCapita: number | null, hiredRate: number | null, federalShare: { sum: number | null, missing: number }, peopleTrained: { sum: number | null, missing: number }, officersFunded: { sum: number | null, missing: number } }, groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { fiscalYear: number | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } } };

export type ComparedFragment = { count: number, agencies: number, dollarsPerOfficer: number | null, dollarsPerResident: number | null, dollarsPerCapita: number | null, hiredRate: number | null, federalShare: { sum: number | null, missing: number }, peopleTrained: { sum: number | null, missing: number }, officersFunded: { sum: number | null, missing: number } };

export type CountiesQueryVariables = Exact<{
  years?: GrantFilter;
  categories?: GrantFilter;
  programs?: GrantFilter;
  kinds?: GrantFilter;
  bands?: GrantFilter;
  statuses?: GrantFilter;
  states?: GrantFilter;
  sizes?: GrantFilter;
  inDollarsOf?: number | null | undefined;
}>;


export type CountiesQuery = { one: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { agencyCountyFips: string | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } }, two: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { agencyCountyFips: string | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } }, three: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { agencyCountyFips: string | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } }, four: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { agencyCountyFips: string | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } }, unknown: { totals: { count: number } } };

export type CountyFileQueryVariables = Exact<{
  years?: GrantFilter;
  categories?: GrantFilter;
  programs?: GrantFilter;
  kinds?: GrantFilter;
  bands?: GrantFilter;
  statuses?: GrantFilter;
  states?: GrantFilter;
  sizes?: GrantFilter;
  inDollarsOf?: number | null | undefined;
}>;


export type CountyFileQuery = { grants: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { agencyCountyFips: string | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } } };

export type EventStudyQueryVariables = Exact<{
  measure: string;
  agency?: AgencyFilter;
  awards?: GrantFilter;
  from: number;
  to: number;
  balanced: boolean;
}>;


export type EventStudyQuery = { outcomes: { groups: { nodes: Array<{ agencies: number, ratePer100k: number | null, key: { yearsSinceFirstGrant: number | null, everFunded: boolean | null }, value: { sum: number | null, avg: number | null }, populationServed: { sum: number | null, missing: number } }> } } };

export type LiveSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LiveSubscription = { live: { dataset: { revision: number, loadedAt: string | null } } };

export type NeighborsQueryVariables = Exact<{
  kind: AgencyKind;
  population: number;
  ori: string;
}>;


export type NeighborsQuery = { below: { nodes: Array<{ name: string | null, ori9: string | null, ori7: string | null, state: string | null, population: number | null, grants: { totals: { count: number, dollarsPerCapita: number | null, federalShare: { sum: number | null, missing: number }, officersFunded: { sum: number | null, missing: number } } } }> }, above: { nodes: Array<{ name: string | null, ori9: string | null, ori7: string | null, state: string | null, population: number | null, grants: { totals: { count: number, dollarsPerCapita: number | null, federalShare: { sum: number | null, missing: number }, officersFunded: { sum: number | null, missing: number } } } }> } };

export type NeighborFragment = { name: string | null, ori9: string | null, ori7: string | null, state: string | null, population: number | null, grants: { totals: { count: number, dollarsPerCapita: number | null, federalShare: { sum: number | null, missing: number }, officersFunded: { sum: number | null, missing: number } } } };

export type NewestQueryVariables = Exact<{ [key: string]: never; }>;


export type NewestQuery = { dataset: { revision: number, loadedAt: string | null } };

export type OfficersFileQueryVariables = Exact<{
  filter?: GrantFilter;
}>;


export type OfficersFileQuery = { grants: { groups: { nodes: Array<{ level: number, count: number, hiredRate: number | null, retainedRate: number | null, key: { fiscalYear: number | null }, officersRequested: { sum: number | null, missing: number }, officersFunded: { sum: number | null, missing: number }, officersAccepted: { sum: number | null, missing: number }, officersHired: { sum: number | null, missing: number }, officersRetained: { sum: number | null, missing: number } }> } } };

export type OverviewQueryVariables = Exact<{
  years?: GrantFilter;
  categories?: GrantFilter;
  programs?: GrantFilter;
  kinds?: GrantFilter;
  bands?: GrantFilter;
  statuses?: GrantFilter;
  states?: GrantFilter;
  counties?: GrantFilter;
  sizes?: GrantFilter;
  inDollarsOf?: number | null | undefined;
}>;


export type OverviewQuery = { all: { totals: { count: number, agencies: number, organizations: number, dollarsPerOfficer: number | null, dollarsPerResident: number | null, dollarsPerCapita: number | null, hiredRate: number | null, retainedRate: number | null, federalShare: { sum: number | null, missing: number }, peopleTrained: { sum: number | null, missing: number }, officersRequested: { sum: number | null, missing: number }, officersFunded: { sum: number | null, missing: number }, officersAccepted: { sum: number | null, missing: number }, officersHired: { sum: number | null, missing: number }, officersRetained: { sum: number | null, missing: number } } }, years: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { fiscalYear: number | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } }, programs: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { program: { code: string } | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } }, categories: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { programCategory: ProgramCategory | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } }, kinds: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { agencyKind: AgencyKind | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } }, bands: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { agencyPopulationBand: PopulationBand | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } }, statuses: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { status: GrantStatus | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } }, states: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { agencyState: string | null, organizationState: string | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } }, sizes: { totals: { federalShare: { missing: number, median: number | null, lower: number | null, upper: number | null }, under10K: { count: number }, from10K: { count: number }, from50K: { count: number }, from100K: { count: number }, from250K: { count: number }, from500K: { count: number }, from1M: { count: number }, from5M: { count: number } } } };

export type SizesFileQueryVariables = Exact<{
  filter?: GrantFilter;
}>;


export type SizesFileQuery = { grants: { groups: { nodes: Array<{ level: number, count: number, key: { fiscalYear: number | null }, federalShare: { missing: number, median: number | null, lower: number | null, upper: number | null }, under10K: { count: number }, from10K: { count: number }, from50K: { count: number }, from100K: { count: number }, from250K: { count: number }, from500K: { count: number }, from1M: { count: number }, from5M: { count: number } }> } } };

export type TrainedQueryVariables = Exact<{
  awards?: GrantFilter;
}>;


export type TrainedQuery = { trainees: { groups: { nodes: Array<{ level: number, count: number, agencies: number, sessions: number, key: { role: TraineeRole | null }, hours: { sum: number | null, missing: number } }> } } };

export type YearsFileQueryVariables = Exact<{
  filter?: GrantFilter;
  inDollarsOf?: number | null | undefined;
}>;


export type YearsFileQuery = { grants: { groups: { nodes: Array<{ count: number, dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, key: { fiscalYear: number | null }, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } }> } } };

export type MeasureFragment = { count: number } & { dollarsPerOfficer?: number | null, dollarsPerResident?: number | null, dollarsPerCapita?: number | null, federalShare?: { sum: number | null, missing: number }, officersFunded?: { sum: number | null, missing: number }, peopleTrained?: { sum: number | null, missing: number } };
